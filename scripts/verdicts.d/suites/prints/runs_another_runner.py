"""A passing test runs a suite that fails, with the report for people in the stream."""

import os
import subprocess
import sys
import unittest


class TestInner(unittest.TestCase):
    def runTest(self):
        self.assertFalse(os.environ.get("INNER"), "the inner suite")


class TestOuter(unittest.TestCase):
    def test_inner_fails(self):
        inner = [sys.executable, "-m", "unittest", "-v", "test_suite.TestInner"]
        ended = subprocess.run(inner, env={**os.environ, "INNER": "1"}, stderr=subprocess.STDOUT)
        self.assertEqual(1, ended.returncode)
