"""A test is skipped, and leaves a delayed call behind."""

from twisted.internet import reactor
from twisted.trial import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        reactor.callLater(60, lambda: None)
        raise unittest.SkipTest("not now")

    def test_two(self):
        pass
