"""A test fails between two that pass."""

import unittest


class TestA(unittest.TestCase):
    def test_a(self):
        pass

    def test_b(self):
        self.assertEqual([1, 2], [1, 3])

    def test_c(self):
        pass
