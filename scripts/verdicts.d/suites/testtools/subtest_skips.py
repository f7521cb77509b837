"""A subtest of a test of testtools is skipped."""

import testtools


class TestA(testtools.TestCase):
    def test_one(self):
        for number in range(3):
            with self.subTest(number=number):
                if number == 1:
                    self.skipTest("not this one")

    def test_two(self):
        pass
