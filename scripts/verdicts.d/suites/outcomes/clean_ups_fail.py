"""A test passes, and two of its clean-ups fail."""

import unittest


class TestA(unittest.TestCase):
    def test_a(self):
        self.addCleanup(self.fail, "boom")
        self.addCleanup(self.fail, "bang")

    def test_b(self):
        pass
