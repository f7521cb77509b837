"""Tests put other things in the place of sys.stdout; one of them fails."""

import contextlib
import io
import sys
import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        with contextlib.redirect_stdout(io.StringIO()) as output:
            print("captured")
        self.assertEqual("captured\n", output.getvalue())

    def test_two(self):
        saved = sys.stdout
        self.addCleanup(setattr, sys, "stdout", saved)
        sys.stdout = io.StringIO()
        self.fail("boom")
