"""Two tests are under way at once, as with threads; the first to begin is the first to end, and fails."""

import unittest


class First(unittest.TestCase):
    def runTest(self):
        pass


class TestB(unittest.TestCase):
    def run(self, result=None):
        first = First()
        result.startTest(first)
        result.startTest(self)
        try:
            self.fail("boom")
        except AssertionError:
            import sys

            result.addFailure(first, sys.exc_info())
        result.stopTest(first)
        result.addSuccess(self)
        result.stopTest(self)

    def test_two(self):
        pass
