"""A doctest fails, and a test passes.

>>> 1 + 1
3
"""

import doctest
import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        pass


def test_suite():
    return unittest.TestSuite([doctest.DocTestSuite(), unittest.defaultTestLoader.loadTestsFromTestCase(TestA)])
