"""The last test is skipped, and its tearDown raises an error."""

import unittest


class TestA(unittest.TestCase):
    def tearDown(self):
        raise OSError("no such file")

    @classmethod
    def tearDownClass(cls):
        print("closing db...", end="", flush=True)

    def test_a(self):
        self.skipTest("not now")
