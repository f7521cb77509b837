"""All tests pass, and the process fails when it exits."""

import atexit
import os
import unittest


class TestA(unittest.TestCase):
    def test_a(self):
        atexit.register(os._exit, 3)
