"""Tests with ids of two lines, as doctests of some runners have them; all pass."""

import unittest


class TestA(unittest.TestCase):
    def id(self):
        return f"{super().id()}\n  >>> run()"

    def test_one(self):
        pass

    def test_two(self):
        self.skipTest("not now")
