"""Tests and fixtures print without a newline, and the first test of the second class fails."""

import unittest


def say(text):
    print(text, end="", flush=True)


class TestA(unittest.TestCase):
    @classmethod
    def tearDownClass(cls):
        say("closing db...")

    def test_one(self):
        say("no newline")


class TestB(unittest.TestCase):
    def test_two(self):
        self.fail("boom")
