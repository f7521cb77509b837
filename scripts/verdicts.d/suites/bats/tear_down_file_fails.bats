# All tests pass, and teardown_file fails.
teardown_file() {
    false
}

@test "one" {
    true
}
