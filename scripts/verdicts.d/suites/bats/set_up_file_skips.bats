# setup_file skips the whole file.
setup_file() {
    skip "no network"
}

@test "one" {
    false
}
