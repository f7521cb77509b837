"""A test fails, its tearDown and a clean-up fail, and it leaves a delayed call behind."""

from twisted.internet import reactor
from twisted.python import log
from twisted.trial import unittest


class TestA(unittest.TestCase):
    def tearDown(self):
        raise OSError("no database")

    def test_one(self):
        reactor.callLater(60, lambda: None)
        log.err(OSError("logged"))
        self.addCleanup(self.fail, "boom")
        self.fail("bang")


class TestB(unittest.TestCase):
    def test_two(self):
        pass
