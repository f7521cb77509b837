"""A passing test prints a line that starts a test in version 1."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        print("test: connection", flush=True)

    def test_two(self):
        pass
