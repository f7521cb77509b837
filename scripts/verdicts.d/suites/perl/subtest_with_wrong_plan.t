# All tests of a subtest pass, but one is missing.
use Test::More tests => 2;
subtest outer => sub { plan tests => 2; ok 1, 'one' };
ok 1, 'two';
