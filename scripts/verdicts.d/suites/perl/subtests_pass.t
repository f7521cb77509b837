# Subtests that pass, one inside another, and one that is skipped.
use Test::More tests => 3;
subtest outer => sub {
    plan tests => 2;
    ok 1, 'one';
    subtest inner => sub { ok 1, 'two'; done_testing };
};
subtest skipped => sub { plan skip_all => 'no network' };
ok 1, 'three';
