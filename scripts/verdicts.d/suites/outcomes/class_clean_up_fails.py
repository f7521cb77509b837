"""All tests pass, and then a clean-up of their class fails."""

import unittest


class TestA(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(cls.close)

    @classmethod
    def close(cls):
        raise OSError("no database")

    def test_one(self):
        pass


class TestB(unittest.TestCase):
    def test_two(self):
        pass
