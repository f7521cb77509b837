"""Two children write to the stream at once, in a test that passes."""

import subprocess
import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        script = "for i in 1 2 3 4 5 6 7 8; do echo testing $i; printf 'error: '; echo tags: $i; done"
        children = [subprocess.Popen(["sh", "-c", script]) for _ in range(2)]
        for child in children:
            self.assertEqual(0, child.wait())

    def test_two(self):
        pass
