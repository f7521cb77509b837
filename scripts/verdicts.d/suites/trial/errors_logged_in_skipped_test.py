"""A test logs two errors that nobody flushes, and is skipped."""

from twisted.python import log
from twisted.trial import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        log.err(OSError("no database"))
        log.err(OSError("no network"))
        raise unittest.SkipTest("not now")

    def test_two(self):
        pass
