"""Two tests are under way at once, as with threads, and both pass."""

import unittest


class First(unittest.TestCase):
    def runTest(self):
        pass


class TestB(unittest.TestCase):
    def run(self, result=None):
        first = First()
        result.startTest(first)
        result.startTest(self)
        result.addSuccess(first)
        result.stopTest(first)
        result.addSuccess(self)
        result.stopTest(self)

    def test_two(self):
        pass
