"""Tests that pass, in two classes."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        pass

    def test_two(self):
        self.assertEqual(2, 1 + 1)


class TestB(unittest.TestCase):
    def test_three(self):
        pass
