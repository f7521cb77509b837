"""Passing tests and fixtures print without a newline."""

import unittest


def say(text):
    print(text, end="", flush=True)


def setUpModule():
    say("module up...")


def tearDownModule():
    say("module down...")


class TestA(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        say("class up...")

    @classmethod
    def tearDownClass(cls):
        say("class down...")

    def setUp(self):
        say("up...")

    def tearDown(self):
        say("down...")

    def test_one(self):
        say("one...")

    def test_two(self):
        say("two...")


class TestB(TestA):
    pass
