"""A test is skipped, and the process exits in its clean-up."""

import os
import unittest


class TestA(unittest.TestCase):
    def test_a(self):
        pass

    def test_b(self):
        self.addCleanup(os._exit, 3)
        self.skipTest("not now")
