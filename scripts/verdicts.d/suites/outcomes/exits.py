"""A test calls sys.exit, after one that passes."""

import sys
import unittest


class TestA(unittest.TestCase):
    def test_a(self):
        pass

    def test_b(self):
        sys.exit(3)
