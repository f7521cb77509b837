"""A test fails with a message that reads like a run of version 1 in which all is well."""

import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        self.fail("\ntest: inner\nsuccess: inner\n]\ntest: other\nsuccess: other\n")

    def test_two(self):
        pass
