"""One of three subtests fails; the next test passes."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertNotEqual(1, number)

    def test_two(self):
        pass
