"""A test passes, and two of its clean-ups fail later."""

from twisted.internet import reactor, task
from twisted.trial import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        for text in "boom", "bang":
            self.addCleanup(task.deferLater, reactor, 0.01, self.fail, text)

    def test_two(self):
        pass
