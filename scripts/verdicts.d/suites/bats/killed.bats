# A test kills its shell.
@test "one" {
    true
}

@test "two" {
    kill -KILL $$ $BASHPID
}

@test "three" {
    true
}
