"""The process exits in a test of one of two layers."""

import os
import unittest


class LayerA:
    pass


class LayerB:
    pass


class TestA(unittest.TestCase):
    layer = LayerA

    def test_one(self):
        os._exit(3)


class TestB(unittest.TestCase):
    layer = LayerB

    def test_two(self):
        pass
