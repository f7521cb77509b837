"""A class fixture that skips its class, before another class that passes."""

import unittest


class TestA(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise unittest.SkipTest("no database")

    def test_one(self):
        self.fail()


class TestB(unittest.TestCase):
    def test_two(self):
        pass
