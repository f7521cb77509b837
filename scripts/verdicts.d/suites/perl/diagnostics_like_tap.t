# A failing test with a diagnostic that looks like TAP.
use Test::More tests => 2;
ok 0, 'one';
diag "ok 3\n1..3\nnot ok 4\nBail out!";
ok 1, 'two';
