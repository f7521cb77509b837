"""A subtest is skipped, one raises an error, and one passes."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        for number in range(3):
            with self.subTest(number=number):
                if number == 0:
                    self.skipTest("not this one")
                if number == 1:
                    raise OSError("no such file")

    def test_two(self):
        pass
