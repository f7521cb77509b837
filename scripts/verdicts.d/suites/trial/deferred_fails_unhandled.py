"""A deferred fails, nobody looks at it, and it is collected while the next test runs."""

import gc

from twisted.internet import defer
from twisted.trial import unittest


class TestA(unittest.TestCase):
    kept = []

    def test_one(self):
        self.kept.append(defer.fail(OSError("no database")))

    def test_two(self):
        self.kept.clear()
        gc.collect()

    def test_three(self):
        pass
