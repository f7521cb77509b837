# The script forgets its plan.
use Test::More;
ok 1, 'one';
