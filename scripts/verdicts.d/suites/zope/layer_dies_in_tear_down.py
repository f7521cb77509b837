"""The process exits when one of two layers is torn down."""

import os

import two_layers


class LayerA:
    @classmethod
    def tearDown(cls):
        os._exit(3)


class TestA(two_layers.One):
    layer = LayerA


class TestB(two_layers.Two):
    pass
