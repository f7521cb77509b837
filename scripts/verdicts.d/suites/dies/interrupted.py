"""A test is interrupted from the keyboard."""

import unittest


class TestA(unittest.TestCase):
    def test_a(self):
        pass

    def test_b(self):
        raise KeyboardInterrupt

    def test_c(self):
        pass
