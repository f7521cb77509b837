"""A warning and blank lines come before the first test, which fails."""

import unittest

print("suite.py:1: DeprecationWarning: the suite module is old\n\n", flush=True)


class TestA(unittest.TestCase):
    def test_one(self):
        self.fail("boom")
