"""Tests with ids of two lines, the second of which reads like a directive; one fails."""

import unittest


class TestA(unittest.TestCase):
    def id(self):
        return f"{super().id()}\ntest: next"

    def test_one(self):
        pass

    def test_two(self):
        self.fail("boom")
