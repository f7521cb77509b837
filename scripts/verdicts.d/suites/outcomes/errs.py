"""A test raises an error between two that pass."""

import unittest


class TestA(unittest.TestCase):
    def test_a(self):
        pass

    def test_b(self):
        raise OSError("no such file")

    def test_c(self):
        pass
