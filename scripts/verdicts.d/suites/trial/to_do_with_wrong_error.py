"""A test that is to do fails with another error than it may."""

from twisted.trial import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        raise OSError("no database")

    test_one.todo = (ValueError, "not written yet")

    def test_two(self):
        pass
