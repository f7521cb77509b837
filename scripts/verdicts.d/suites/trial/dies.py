"""The process exits in a test that waits."""

import os

from twisted.internet import defer, reactor
from twisted.trial import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        pass

    def test_two(self):
        reactor.callLater(0.01, os._exit, 3)
        return defer.Deferred()
