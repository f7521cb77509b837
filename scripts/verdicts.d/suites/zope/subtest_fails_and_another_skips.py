"""A subtest of the last test is skipped, and one fails."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        pass

    def test_two(self):
        for number in range(3):
            with self.subTest(number=number):
                if number == 0:
                    self.skipTest("not this one")
                self.assertNotEqual(1, number)
