"""One of two layers cannot be set up."""

import two_layers


class LayerA:
    @classmethod
    def setUp(cls):
        raise OSError("no database")


class TestA(two_layers.One):
    layer = LayerA


class TestB(two_layers.Two):
    pass
