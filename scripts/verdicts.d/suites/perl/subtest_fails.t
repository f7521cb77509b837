# A test fails in a subtest of a subtest.
use Test::More tests => 2;
subtest outer => sub {
    subtest inner => sub { ok 1, 'one'; ok 0, 'two'; done_testing };
    done_testing;
};
ok 1, 'three';
