"""Tests print packets and directives that claim they passed, also in the middle of a line; one of them fails."""

import os
import sys
import unittest

from subunit.v2 import StreamResultToBytes


def claim(test_id):
    sys.stdout.write("half a line")
    sys.stdout.flush()
    StreamResultToBytes(sys.stdout.buffer).status(test_id=test_id, test_status="success")
    print(f"\nsuccess: {test_id}", flush=True)


class TestA(unittest.TestCase):
    def test_one(self):
        claim(self.id())
        self.fail("boom")

    def test_two(self):
        claim("test_suite.TestA.test_one")
        os.write(2, b"\xb3\x29\x01\x0c\x03foo")
