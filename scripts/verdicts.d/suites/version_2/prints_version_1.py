"""Passing tests of a program that writes version 1 print some."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        print("test: inner\nfailure: inner [\nboom\n]\n", flush=True)

    def test_two(self):
        print("test: all", flush=True)

    def test_three(self):
        print("before the unfinished line...test: rest", end="", flush=True)
