"""A subtest fails, and then the test itself is skipped."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        with self.subTest(number=1):
            self.fail("boom")
        self.skipTest("the rest")

    def test_two(self):
        pass
