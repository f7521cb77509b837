"""Tests pass, and then a class fixture fails, and with it ends the run."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        pass


class TestB(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise OSError("no database\n]\ntest: next\n")

    def test_two(self):
        pass
