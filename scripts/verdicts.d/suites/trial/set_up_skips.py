"""setUp skips its test, later."""

from twisted.internet import reactor, task
from twisted.trial import unittest


class TestA(unittest.TestCase):
    def setUp(self):
        def skip():
            raise unittest.SkipTest("not now")

        return task.deferLater(reactor, 0.01, skip)

    def test_one(self):
        self.fail("boom")
