"""A class fixture skips, the next one fails, and the one after that passes and fails when torn down."""

import unittest


class TestA(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise unittest.SkipTest("no database")

    def test_one(self):
        pass


class TestB(TestA):
    @classmethod
    def setUpClass(cls):
        raise OSError("no database")


class TestC(TestA):
    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        raise OSError("no database")
