"""A test stops the reactor."""

from twisted.internet import defer, reactor
from twisted.trial import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        reactor.callLater(0.01, reactor.stop)
        return defer.Deferred()

    def test_two(self):
        pass
