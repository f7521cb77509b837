"""Ids end with blanks, and differ in nothing else; the first test fails."""

import unittest


class TestA(unittest.TestCase):
    def id(self):
        return f"test_suite.same{' ' * len(self._testMethodName)}"

    def test_a(self):
        self.fail("boom")

    def test_bb(self):
        pass
