# A line without an end comes last.
use Test::More tests => 1;
$| = 1;
ok 1, 'one';
print 'done';
