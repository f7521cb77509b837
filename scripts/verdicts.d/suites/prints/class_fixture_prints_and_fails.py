"""A class fixture prints without a newline, and fails; the next one prints, and passes."""

import unittest


class TestA(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print("connecting...", end="", flush=True)
        raise OSError("no database")

    def test_one(self):
        pass


class TestB(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print("connecting...", end="", flush=True)

    def test_two(self):
        pass
