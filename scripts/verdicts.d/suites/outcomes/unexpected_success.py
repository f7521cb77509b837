"""A test passes that should fail."""

import unittest


class TestA(unittest.TestCase):
    def test_a(self):
        pass

    @unittest.expectedFailure
    def test_b(self):
        pass
