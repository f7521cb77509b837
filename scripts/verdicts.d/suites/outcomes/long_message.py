"""A test fails with a long message of many lines, brackets among them."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        self.fail("\n".join(f"[\n{number}\n]" for number in range(20000)))

    def test_two(self):
        pass
