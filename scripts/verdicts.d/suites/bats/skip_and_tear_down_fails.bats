# A test is skipped, and teardown fails.
teardown() {
    false
}

@test "one" {
    skip "not now"
}

@test "two" {
    true
}
