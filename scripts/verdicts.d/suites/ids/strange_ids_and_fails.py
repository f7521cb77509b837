"""A failing test whose id ends like the start of details."""

import unittest


class TestA(unittest.TestCase):
    def id(self):
        return f"{super().id()} ["

    def test_one(self):
        self.fail("boom")

    def test_two(self):
        pass
