"""All tests of a layer pass, and it cannot be torn down."""

import two_layers


class LayerA:
    @classmethod
    def tearDown(cls):
        raise OSError("no database")


class TestA(two_layers.One):
    layer = LayerA
