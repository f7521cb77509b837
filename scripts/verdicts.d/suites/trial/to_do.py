"""Tests that are to do fail, as expected."""

from twisted.trial import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        self.fail("boom")

    test_one.todo = "not written yet"

    def test_two(self):
        pass
