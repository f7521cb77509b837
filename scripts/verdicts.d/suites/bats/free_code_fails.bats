# Code outside of tests fails.
false

@test "one" {
    true
}
