# Tests that pass.
@test "one" {
    true
}

@test "two # not a directive" {
    run false
    [ "$status" -eq 1 ]
}
