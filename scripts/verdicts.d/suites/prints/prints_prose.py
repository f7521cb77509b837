"""A passing test prints lines that begin with the words of directives."""

import unittest

import prose


class TestA(unittest.TestCase):
    def test_one(self):
        prose.say()

    def test_two(self):
        pass
