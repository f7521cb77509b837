# The plan comes last.
use Test::More;
ok 1, 'one';
ok 1, 'two # not a directive';
ok 1, 'three \ backslash';
done_testing;
