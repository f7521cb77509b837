# A test prints without a newline, past bats, and the next one fails.
@test "one" {
    printf 'half a line' >&3
}

@test "two" {
    printf 'working...' >&3
    false
}

@test "three" {
    true
}
