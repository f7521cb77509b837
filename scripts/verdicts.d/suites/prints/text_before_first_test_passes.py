"""A warning and an unfinished line come before the first test, which passes."""

import unittest

print("suite.py:1: DeprecationWarning: the suite module is old\nloading...", end="", flush=True)


class TestA(unittest.TestCase):
    def test_one(self):
        pass
