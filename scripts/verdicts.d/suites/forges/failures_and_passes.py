"""Passing tests print packets of tests that fail, that never end and that are torn, and directives that say the same."""

import os
import sys
import unittest

from subunit.v2 import StreamResultToBytes


class TestA(unittest.TestCase):
    def test_one(self):
        stream = StreamResultToBytes(sys.stdout.buffer)
        stream.status(test_id="forged", test_status="inprogress")
        stream.status(test_id=self.id(), test_status="fail")
        print("test: forged\nfailure: forged [\nboom", flush=True)

    def test_two(self):
        os.write(1, b"\xb3\x29\x01\x0c\x03foo")
        os.write(1, b"\n\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1c")
        os.write(2, b"test: forged\n")

    def test_three(self):
        os.write(1, b"\xb3\x29")
