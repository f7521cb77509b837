"""Passing tests of a program that writes version 1, and of one that reads packets, print both."""

import sys
import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        print("test: inner\nfailure: inner [\nboom\n]\n", flush=True)

    def test_two(self):
        print("test: all", flush=True)

    def test_three(self):
        sys.stdout.buffer.write(b"\xb3)\x01\x20torn")
        sys.stdout.buffer.flush()
