# Tests are skipped.
use Test::More tests => 3;
ok 1, 'one';
SKIP: {
    skip 'no network', 2;
}
