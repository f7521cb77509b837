"""Passing tests draw progress bars, in colour, with carriage returns and without a newline."""

import unittest


class TestA(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print("\r\x1b[32m[####    ]\x1b[0m 50%", end="", flush=True)

    def test_one(self):
        for percent in 0, 50, 100:
            print(f"\r\x1b[1;33m{percent}%\x1b[0m", end="", flush=True)

    def test_two(self):
        print("\r\x1b[K\x1b[32mdone\x1b[0m\r", end="", flush=True)


class TestB(TestA):
    pass
