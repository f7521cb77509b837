"""The process exits in a subtest, after one that is skipped."""

import os
import unittest


class TestA(unittest.TestCase):
    def test_a(self):
        for number in range(2):
            with self.subTest(number=number):
                if number == 0:
                    self.skipTest("not this one")
                os._exit(3)
