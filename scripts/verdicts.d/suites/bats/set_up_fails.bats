# setup fails.
setup() {
    false
}

@test "one" {
    true
}
