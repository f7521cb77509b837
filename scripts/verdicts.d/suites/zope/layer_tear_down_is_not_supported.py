"""The first of two layers cannot be torn down, so that the second runs in a process of its own and fails."""

import two_layers


class LayerA:
    @classmethod
    def tearDown(cls):
        raise NotImplementedError


class TestA(two_layers.One):
    layer = LayerA


class TestB(two_layers.Two):
    def test_two(self):
        self.fail("boom")
