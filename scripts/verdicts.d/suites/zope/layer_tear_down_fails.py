"""All tests of a layer pass, and it cannot be torn down."""

import unittest


class LayerA:
    @classmethod
    def tearDown(cls):
        raise OSError("no database")


class TestA(unittest.TestCase):
    layer = LayerA

    def test_one(self):
        pass
