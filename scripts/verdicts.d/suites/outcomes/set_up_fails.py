"""setUp fails."""

import unittest


class TestA(unittest.TestCase):
    def setUp(self):
        self.fail("boom")

    def test_a(self):
        pass


class TestB(unittest.TestCase):
    def test_b(self):
        pass
