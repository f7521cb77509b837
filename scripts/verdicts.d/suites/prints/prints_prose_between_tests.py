"""Fixtures print lines that begin with the words of directives, between tests that pass."""

import unittest

import prose


def setUpModule():
    prose.say()


class TestA(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        prose.say()

    @classmethod
    def tearDownClass(cls):
        prose.say()

    def test_one(self):
        pass


class TestB(TestA):
    pass
