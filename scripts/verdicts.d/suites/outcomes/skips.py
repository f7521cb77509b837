"""Tests that are skipped, in every way that a test can be, and one that passes."""

import unittest


class TestA(unittest.TestCase):
    @unittest.skip("by a decorator")
    def test_decorated(self):
        self.fail()

    def test_inside(self):
        self.skipTest("by itself\nfor two reasons")

    def test_passes(self):
        pass


@unittest.skip("the whole class")
class TestB(unittest.TestCase):
    def test_one(self):
        self.fail()


class TestC(unittest.TestCase):
    def setUp(self):
        self.skipTest("in setUp")

    def test_one(self):
        self.fail()
