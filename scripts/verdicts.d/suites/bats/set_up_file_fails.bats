# setup_file fails, so that no test runs.
setup_file() {
    false
}

@test "one" {
    true
}
