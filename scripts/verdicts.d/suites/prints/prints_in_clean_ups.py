"""Clean-ups of every kind print without a newline, after tests that pass, skip and fail as expected."""

import unittest


def say(text):
    print(text, end="", flush=True)


def setUpModule():
    unittest.addModuleCleanup(say, "module cleaned...")


class TestA(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(say, "class cleaned...")

    def setUp(self):
        self.addCleanup(say, "cleaned...")

    def test_one(self):
        pass

    def test_two(self):
        self.skipTest("not now")

    @unittest.expectedFailure
    def test_three(self):
        self.fail("boom")
