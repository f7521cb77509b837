# A test fails between two that pass.
use Test::More tests => 3;
ok 1, 'one';
is 1 + 1, 3, 'two';
ok 1, 'three';
