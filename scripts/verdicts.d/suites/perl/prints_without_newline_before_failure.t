# A line without an end stands before a test that fails, and another one passes.
use Test::More;
$| = 1;
ok 1, 'one';
print 'working...';
ok 0, 'two';
ok 1, 'three';
done_testing;
