"""The process exits in a test, without ceremony."""

import os
import unittest


class TestA(unittest.TestCase):
    def test_a(self):
        pass

    def test_b(self):
        os._exit(3)

    def test_c(self):
        pass
