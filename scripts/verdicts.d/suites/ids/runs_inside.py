"""A test runs another one with its own result, which passes."""

import unittest

import inside


class Inner(unittest.TestCase):
    def runTest(self):
        pass


class TestA(inside.Outer):
    inner = Inner


class TestB(inside.Other):
    pass
