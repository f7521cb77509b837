# teardown fails after a test that passes.
teardown() {
    false
}

@test "one" {
    true
}
