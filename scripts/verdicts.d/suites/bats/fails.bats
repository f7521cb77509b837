# A test fails between two that pass.
@test "one" {
    true
}

@test "two" {
    echo "ok 7 - output of a failing test"
    false
}

@test "three" {
    true
}
