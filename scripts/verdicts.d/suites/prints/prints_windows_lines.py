"""Passing tests print lines that end as on Windows."""

import sys
import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        sys.stdout.buffer.write(b"testing\r\nerror: none\r\n\r\n")
        sys.stdout.buffer.flush()

    def test_two(self):
        self.skipTest("reason\r\nof two lines\r\n")
