"""Tests that pass, one of them later."""

from twisted.internet import reactor, task
from twisted.trial import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        return task.deferLater(reactor, 0.01, lambda: None)

    def test_two(self):
        print("testing connection to db")
