"""A test ends in a failure and two errors at once."""

import sys

import testtools


def error(text):
    try:
        raise OSError(text)
    except OSError:
        return sys.exc_info()


class TestA(testtools.TestCase):
    def test_one(self):
        raise testtools.MultipleExceptions(error("one"), error("two"))

    def test_two(self):
        self.addCleanup(self.fail, "bang")
        self.fail("boom")
