"""Two layers with tests that pass; the first prints without a newline."""

import two_layers


class LayerA:
    @classmethod
    def setUp(cls):
        print("starting db...", end="", flush=True)

    @classmethod
    def tearDown(cls):
        print("closing db...", end="", flush=True)

    @classmethod
    def testSetUp(cls):
        print("testing...", flush=True)


class TestA(two_layers.One):
    layer = LayerA


class TestB(two_layers.Two):
    pass
