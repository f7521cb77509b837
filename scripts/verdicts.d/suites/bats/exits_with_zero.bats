# A test exits with status 0.
@test "one" {
    exit 0
}

@test "two" {
    true
}
