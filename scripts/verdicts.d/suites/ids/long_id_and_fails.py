"""The test that fails has an id of many kilobytes."""

import unittest


class TestA(unittest.TestCase):
    def id(self):
        return f"{super().id()}({'x' * 50000})"

    def test_one(self):
        self.fail("boom")

    def test_two(self):
        pass
