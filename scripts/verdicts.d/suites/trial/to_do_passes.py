"""A test that is to do passes, which trial reports and does not count as a failure."""

from twisted.trial import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        pass

    test_one.todo = "not written yet"

    def test_two(self):
        pass
