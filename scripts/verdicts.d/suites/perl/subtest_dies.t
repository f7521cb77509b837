# The script dies in a subtest.
use Test::More tests => 2;
ok 1, 'one';
subtest outer => sub { ok 1, 'two'; die 'no database' };
