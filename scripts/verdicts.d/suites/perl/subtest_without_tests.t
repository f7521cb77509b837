# A subtest has no tests, which is a failure.
use Test::More tests => 2;
subtest outer => sub { };
ok 1, 'two';
