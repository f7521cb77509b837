"""Lines that begin with the words of directives come before the first test."""

import unittest

import prose

prose.say(flush=True)


class TestA(unittest.TestCase):
    def test_one(self):
        pass
