"""One of three subtests is skipped; the others pass, and so does the next test."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        for number in range(3):
            with self.subTest(number=number):
                if number == 1:
                    self.skipTest("not this one")

    def test_two(self):
        pass
