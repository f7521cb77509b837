"""tearDown fails after a test that passes."""

import unittest


class TestA(unittest.TestCase):
    def tearDown(self):
        raise OSError("no such file")

    def test_a(self):
        pass


class TestB(unittest.TestCase):
    def test_b(self):
        pass
