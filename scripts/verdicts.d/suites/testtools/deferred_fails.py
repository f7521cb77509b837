"""A test with the reactor fails later, and one leaves a delayed call behind."""

import testtools
from testtools.twistedsupport import AsynchronousDeferredRunTest
from twisted.internet import reactor, task


class TestA(testtools.TestCase):
    run_tests_with = AsynchronousDeferredRunTest.make_factory(timeout=5)

    def test_one(self):
        return task.deferLater(reactor, 0.01, self.fail, "boom")

    def test_two(self):
        reactor.callLater(60, lambda: None)

    def test_three(self):
        pass
