# Tests that pass.
use Test::More tests => 3;
ok 1, 'one';
is 1 + 1, 2, 'two';
like 'abc', qr/b/;
