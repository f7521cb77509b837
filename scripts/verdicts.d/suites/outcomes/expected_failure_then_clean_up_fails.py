"""A test fails as expected, and then its clean-up fails, too."""

import unittest


class TestA(unittest.TestCase):
    @unittest.expectedFailure
    def test_a(self):
        self.addCleanup(self.fail, "boom")
        self.fail("bang")

    def test_b(self):
        pass
