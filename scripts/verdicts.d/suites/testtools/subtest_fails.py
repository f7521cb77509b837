"""A subtest of a test of testtools fails."""

import testtools


class TestA(testtools.TestCase):
    def test_one(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertNotEqual(1, number)

    def test_two(self):
        pass
