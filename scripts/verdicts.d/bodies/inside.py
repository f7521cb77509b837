"""A test that runs another one with its own result. Loaders find no test here: suites name the classes."""

import unittest


class Outer(unittest.TestCase):
    #: The class of the other test.
    inner = None

    def run(self, result=None):
        result.startTest(self)
        self.inner().run(result)
        result.addSuccess(self)
        result.stopTest(self)

    def test_outer(self):
        pass


class Other(unittest.TestCase):
    def test_two(self):
        pass
