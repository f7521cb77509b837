"""Lines that begin with the words of directives, for suites that print them."""

LINES = [
    "testing connection to db",
    "test result: ok. 3 passed; 0 failed; 0 ignored",
    "tests run: 4",
    "time taken: 3 s",
    "time: about an hour",
    "error: no such file or directory (ignored)",
    "failure is not an option",
    "skip this",
    "success rate: 97 %",
    "successful login",
    "progress: 50%",
    "tags: a, b",
    "tags v1.0 v1.1",
    "xfail_strict=true",
    "[ OK ]",
    "]",
]


def say(flush=False):
    for line in LINES:
        print(line, flush=flush)
