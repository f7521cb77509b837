# The script does not compile.
use Test::More tests => 1;
ok 1 'one';
