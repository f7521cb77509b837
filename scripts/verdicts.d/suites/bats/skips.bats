# Tests are skipped.
@test "one" {
    skip
}

@test "two" {
    skip "not # now"
}

@test "three" {
    true
}
