"""What a layer does before each test fails."""

import unittest


class LayerA:
    @classmethod
    def testSetUp(cls):
        raise OSError("no database")


class TestA(unittest.TestCase):
    layer = LayerA

    def test_one(self):
        pass
