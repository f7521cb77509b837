"""A test that is over gets its error by a later one: an error out of the blue."""

from twisted.internet import defer, reactor, task
from twisted.trial import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        later = defer.Deferred()
        reactor.callLater(0.05, later.errback, OSError("late"))

    def test_two(self):
        return task.deferLater(reactor, 0.2, lambda: None)
