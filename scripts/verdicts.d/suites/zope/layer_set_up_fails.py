"""One of two layers cannot be set up."""

import unittest


class LayerA:
    @classmethod
    def setUp(cls):
        raise OSError("no database")


class LayerB:
    pass


class TestA(unittest.TestCase):
    layer = LayerA

    def test_one(self):
        pass


class TestB(unittest.TestCase):
    layer = LayerB

    def test_two(self):
        pass
