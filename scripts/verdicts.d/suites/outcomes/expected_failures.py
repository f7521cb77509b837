"""Tests that fail as expected, by an assertion and by an error."""

import unittest


class TestA(unittest.TestCase):
    @unittest.expectedFailure
    def test_failure(self):
        self.assertEqual(1, 2)

    @unittest.expectedFailure
    def test_error(self):
        raise OSError("no such file")

    def test_passes(self):
        pass
