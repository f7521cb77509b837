"""Tests draw progress bars; behind one of them a test begins that fails."""

import unittest


class TestA(unittest.TestCase):
    @classmethod
    def tearDownClass(cls):
        print("\r\x1b[32m[########]\x1b[0m 100%\r", end="", flush=True)

    def test_one(self):
        pass


class TestB(unittest.TestCase):
    def test_two(self):
        print("\x1b[0m", end="", flush=True)
        self.fail("boom")


class TestC(unittest.TestCase):
    def test_three(self):
        print("\rdone\r", end="", flush=True)
