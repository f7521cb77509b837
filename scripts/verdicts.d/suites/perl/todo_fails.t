# A test that is to do fails, and another one is not even run.
use Test::More tests => 3;
ok 1, 'one';
TODO: {
    local $TODO = 'not written yet';
    ok 0, 'two';
    todo_skip 'would crash', 1;
}
