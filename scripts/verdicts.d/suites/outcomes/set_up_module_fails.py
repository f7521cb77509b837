"""A module fixture fails, so that no test runs."""

import unittest


def setUpModule():
    raise OSError("no database")


class TestA(unittest.TestCase):
    def test_one(self):
        pass
