"""A subtest is skipped, and a clean-up of the test fails."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        self.addCleanup(self.fail, "boom")
        with self.subTest(number=1):
            self.skipTest("not this one")

    def test_two(self):
        pass
