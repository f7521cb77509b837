"""Fixtures print lines that begin with the words of directives, between tests that pass."""

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


def say():
    for line in PROSE:
        print(line)


def setUpModule():
    say()


class TestA(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        say()

    @classmethod
    def tearDownClass(cls):
        say()

    def test_one(self):
        pass


class TestB(TestA):
    pass
