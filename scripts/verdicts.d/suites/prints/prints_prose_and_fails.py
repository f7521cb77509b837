"""Tests print lines that begin with the words of directives, and the last one fails."""

import unittest

import prose


class TestA(unittest.TestCase):
    @classmethod
    def tearDownClass(cls):
        prose.say()

    def setUp(self):
        prose.say()

    def test_one(self):
        pass

    def test_two(self):
        self.fail("boom")
