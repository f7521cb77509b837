"""A test takes longer than it may."""

from twisted.internet import defer
from twisted.trial import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        return defer.Deferred()

    test_one.timeout = 0.1

    def test_two(self):
        pass
