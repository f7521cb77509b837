# Bats itself warns of what a test does.
@test "one" {
    run no_such_command_anywhere
    [ "$status" -eq 127 ]
}
