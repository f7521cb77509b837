"""A test is skipped, and its clean-up and its tearDown fail."""

from twisted.trial import unittest


class TestA(unittest.TestCase):
    def tearDown(self):
        raise OSError("no database")

    def test_one(self):
        self.addCleanup(self.fail, "boom")
        raise unittest.SkipTest("not now")


class TestB(unittest.TestCase):
    def test_two(self):
        pass
