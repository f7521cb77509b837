"""A test runs another one with its own result, which fails; itself, it passes."""

import unittest

import inside


class Inner(unittest.TestCase):
    def runTest(self):
        self.fail("boom")


class TestA(inside.Outer):
    inner = Inner


class TestB(inside.Other):
    pass
