"""A test logs an error that nobody flushes, which fails it."""

from twisted.python import log
from twisted.trial import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        log.err(OSError("no database"))

    def test_two(self):
        pass
