"""Two tests have one id: the first fails, the second passes."""

import unittest


class TestA(unittest.TestCase):
    def id(self):
        return "test_suite.same"

    def test_one(self):
        self.fail("boom")

    def test_two(self):
        pass
