"""A test prints that it succeeded, and then fails."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        print(f"success: {self.id()}", flush=True)
        self.fail("boom")

    def test_two(self):
        pass
