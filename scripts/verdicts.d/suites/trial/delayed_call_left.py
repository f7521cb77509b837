"""A test passes and leaves a delayed call behind: a dirty reactor."""

from twisted.internet import reactor
from twisted.trial import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        reactor.callLater(60, lambda: None)

    def test_two(self):
        pass
