"""Tests fail with exceptions that have no text, many texts, and one that cannot be printed."""

import unittest


class Unprintable(Exception):
    def __str__(self):
        raise OSError("no text")


class TestA(unittest.TestCase):
    def test_one(self):
        raise AssertionError

    def test_two(self):
        raise ExceptionGroup("two", [OSError("one"), ValueError("two\n]\n")])

    def test_three(self):
        raise Unprintable

    def test_four(self):
        pass
