"""A test prints the start of a test of its own, and the process exits in it."""

import os
import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        pass

    def test_two(self):
        print("test: connection", flush=True)
        print("testing...", end="", flush=True)
        os._exit(3)
