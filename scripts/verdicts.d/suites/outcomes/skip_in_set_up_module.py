"""A module fixture that skips everything."""

import unittest


def setUpModule():
    raise unittest.SkipTest("no network")


class TestA(unittest.TestCase):
    def test_one(self):
        self.fail()
