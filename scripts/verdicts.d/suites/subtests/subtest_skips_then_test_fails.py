"""A subtest is skipped, and then the test itself fails."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        with self.subTest(number=1):
            self.skipTest("not this one")
        self.fail("boom")

    def test_two(self):
        pass
