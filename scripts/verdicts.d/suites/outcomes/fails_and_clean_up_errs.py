"""A test fails, and so do its tearDown and a clean-up."""

import unittest


class TestA(unittest.TestCase):
    def tearDown(self):
        raise OSError("no such file")

    def test_a(self):
        self.addCleanup(self.fail, "boom")
        self.fail("bang")

    def test_b(self):
        pass
