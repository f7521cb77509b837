"""All tests pass, and then a module fixture fails."""

import unittest


def tearDownModule():
    raise OSError("no database")


class TestA(unittest.TestCase):
    def test_one(self):
        pass
