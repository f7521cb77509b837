"""Tests are skipped: by an attribute, inside, and a whole class."""

from twisted.trial import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        self.fail("boom")

    test_one.skip = "not now"

    def test_two(self):
        raise unittest.SkipTest("not here")


class TestB(unittest.TestCase):
    skip = "nowhere"

    def test_three(self):
        self.fail("boom")
