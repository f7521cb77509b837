"""All tests pass, and then a class fixture fails."""

import unittest


class TestA(unittest.TestCase):
    @classmethod
    def tearDownClass(cls):
        raise OSError("no database")

    def test_one(self):
        pass
