"""The module cannot be imported."""

import unittest

import no_such_module_anywhere


class TestA(unittest.TestCase):
    def test_a(self):
        no_such_module_anywhere.run()
