# Passing tests print: past bats, prose, and without a newline.
@test "one" {
    echo "# a comment" >&3
    echo "testing connection to db" >&3
    echo "error: no such file" >&3
}

@test "two" {
    printf 'half a line' >&3
}

@test "three" {
    printf '\r\033[32m50%%\033[0m\r' >&3
}

@test "four" {
    true
}
