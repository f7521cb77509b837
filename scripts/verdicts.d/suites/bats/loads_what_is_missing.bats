# A file that is loaded is missing.
load no_such_file_anywhere

@test "one" {
    true
}
