"""Children of a passing test write to the stream: prose, and a line without an end."""

import subprocess
import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        subprocess.run(["sh", "-c", "echo error: no such file; printf 'half a line'"], check=True)

    def test_two(self):
        subprocess.run(["sh", "-c", "echo testing child"], check=True)

    def test_three(self):
        pass
