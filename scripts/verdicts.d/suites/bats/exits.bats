# A test exits.
@test "one" {
    true
}

@test "two" {
    exit 3
}

@test "three" {
    true
}
