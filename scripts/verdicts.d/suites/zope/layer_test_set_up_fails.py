"""What a layer does before each test fails."""

import two_layers


class LayerA:
    @classmethod
    def testSetUp(cls):
        raise OSError("no database")


class TestA(two_layers.One):
    layer = LayerA
