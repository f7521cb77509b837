"""Behind such bytes a test fails."""

import sys
import unittest


def say(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


class TestA(unittest.TestCase):
    @classmethod
    def tearDownClass(cls):
        say("done\n".encode("utf-16-le"))

    def test_latin_1(self):
        say("1 m³ at".encode("latin-1"))


class TestB(unittest.TestCase):
    @classmethod
    def tearDownClass(cls):
        say(b"\xb3)\x01\xb3+\x40\xb3")

    def test_fails(self):
        self.fail("boom \udc80\0\x1b[31m")


class TestC(unittest.TestCase):
    def test_passes(self):
        pass
