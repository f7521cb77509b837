# Two tests have one name, which bats refuses.
@test "one" {
    true
}

@test "one" {
    true
}
