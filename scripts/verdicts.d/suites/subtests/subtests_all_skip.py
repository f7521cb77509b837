"""All subtests of a test are skipped, one with a message of two lines."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        for text in "a", "b\nc", "d [":
            with self.subTest(text, text=text):
                self.skipTest("none of them")

    def test_two(self):
        pass
