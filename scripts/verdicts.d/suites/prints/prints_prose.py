"""A passing test prints lines that begin with the words of directives."""

import unittest

PROSE = [
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


class TestA(unittest.TestCase):
    def test_one(self):
        for line in PROSE:
            print(line)

    def test_two(self):
        pass
