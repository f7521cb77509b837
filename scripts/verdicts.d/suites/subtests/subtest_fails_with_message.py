"""The message of a subtest that fails has two lines and brackets."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        with self.subTest("first line [\nsecond line ["):
            self.fail("boom")

    def test_two(self):
        pass
