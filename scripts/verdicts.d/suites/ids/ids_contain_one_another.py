"""The id of each test is the beginning of the next one's; the last fails in its clean-up."""

import unittest


class TestA(unittest.TestCase):
    def test(self):
        pass

    def test_a(self):
        self.skipTest("not now")

    def test_a_b(self):
        self.addCleanup(self.fail, "boom")
