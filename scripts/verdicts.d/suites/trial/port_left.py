"""The last test passes and leaves a port open: a dirty reactor."""

from twisted.internet import protocol, reactor
from twisted.trial import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        pass

    def test_two(self):
        reactor.listenTCP(0, protocol.Factory(), interface="127.0.0.1")
