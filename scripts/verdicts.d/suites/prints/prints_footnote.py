"""A passing test prints a footnote in Latin-1, which begins with the byte that begins packets."""

import sys
import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        sys.stdout.buffer.write("1 m³ at 20 °C²\n² as measured\n³ the volume\n".encode("latin-1"))
        sys.stdout.buffer.flush()

    def test_two(self):
        pass
