"""A class fixture fails, before another class that passes."""

import unittest


class TestA(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise OSError("no database")

    def test_one(self):
        pass


class TestB(unittest.TestCase):
    def test_two(self):
        pass
