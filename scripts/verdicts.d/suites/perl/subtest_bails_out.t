# A subtest gives up, and with it the run.
use Test::More tests => 2;
ok 1, 'one';
subtest outer => sub { ok 1, 'two'; BAIL_OUT('no database') };
