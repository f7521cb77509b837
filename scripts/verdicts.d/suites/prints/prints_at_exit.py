"""The process prints a line that begins like a directive, and an unfinished one, when it exits."""

import atexit
import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        atexit.register(print, "error: 0 leaks\ntest", end="", flush=True)
