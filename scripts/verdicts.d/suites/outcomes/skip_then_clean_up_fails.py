"""A test is skipped, and its clean-up fails."""

import unittest


class TestA(unittest.TestCase):
    def test_a(self):
        self.addCleanup(self.fail, "boom")
        self.skipTest("not now")

    def test_b(self):
        pass
