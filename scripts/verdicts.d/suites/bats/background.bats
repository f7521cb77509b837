# A test leaves a process behind that prints.
@test "one" {
    (echo "not ok 7 - late") >&3
    wait
}

@test "two" {
    true
}
