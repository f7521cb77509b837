# The file does not compile.
@test "one" {
    if true; the
}
