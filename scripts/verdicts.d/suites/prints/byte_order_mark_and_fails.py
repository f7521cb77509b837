"""A byte order mark comes before the first test, which is the only one and fails."""

import sys
import unittest

sys.stdout.buffer.write(b"\xef\xbb\xbf")
sys.stdout.buffer.flush()


class TestA(unittest.TestCase):
    def test_one(self):
        self.fail("boom")
