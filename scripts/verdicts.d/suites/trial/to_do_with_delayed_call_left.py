"""A test that is to do fails, and leaves a delayed call behind."""

from twisted.internet import reactor
from twisted.trial import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        reactor.callLater(60, lambda: None)
        self.fail("boom")

    test_one.todo = "not written yet"

    def test_two(self):
        pass
