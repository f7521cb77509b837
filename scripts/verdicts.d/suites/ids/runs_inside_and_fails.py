"""A test runs another one with its own result, which fails; itself, it passes."""

import unittest


class Inner(unittest.TestCase):
    def runTest(self):
        self.fail("boom")


class TestA(unittest.TestCase):
    def run(self, result=None):
        result.startTest(self)
        Inner().run(result)
        result.addSuccess(self)
        result.stopTest(self)

    def test_outer(self):
        pass


class TestB(unittest.TestCase):
    def test_two(self):
        pass
