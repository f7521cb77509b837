"""The process exits when one of two layers is torn down."""

import os
import unittest


class LayerA:
    @classmethod
    def tearDown(cls):
        os._exit(3)


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
