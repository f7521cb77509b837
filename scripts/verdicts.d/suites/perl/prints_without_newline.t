# A line without an end stands before a test, which is lost with it.
use Test::More tests => 2;
$| = 1;
ok 1, 'one';
print 'working...';
ok 1, 'two';
