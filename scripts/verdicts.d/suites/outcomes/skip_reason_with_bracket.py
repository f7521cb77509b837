"""A skip with a reason of several lines, one of which is a bracket alone."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        self.skipTest("needs all of [\n  'a',\n]\nwhich are not there")

    def test_two(self):
        pass
