"""A test that is expected to fail, and does so in a subtest."""

import unittest


class TestA(unittest.TestCase):
    @unittest.expectedFailure
    def test_one(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertNotEqual(1, number)

    def test_two(self):
        pass
