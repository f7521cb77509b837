"""An unfinished line comes before the first test, which is the only one and fails."""

import unittest

print("loading...", end="", flush=True)


class TestA(unittest.TestCase):
    def test_one(self):
        self.fail("boom")
