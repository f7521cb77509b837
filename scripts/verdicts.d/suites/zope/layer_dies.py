"""The process exits in a test of one of two layers."""

import os

import two_layers


class LayerA:
    pass


class TestA(two_layers.One):
    layer = LayerA

    def test_one(self):
        os._exit(3)


class TestB(two_layers.Two):
    pass
