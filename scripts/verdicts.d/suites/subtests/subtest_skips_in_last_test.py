"""The last thing that happens is a skipped subtest."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        pass

    def test_two(self):
        with self.subTest("the only one"):
            self.skipTest("not this one")
