"""Subtests that pass, one inside another."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        for number in range(3):
            with self.subTest(number=number):
                with self.subTest("inner"):
                    pass

    def test_two(self):
        pass
