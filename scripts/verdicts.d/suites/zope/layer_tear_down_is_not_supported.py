"""The first of two layers cannot be torn down, so that the second runs in a process of its own and fails."""

import unittest


class LayerA:
    @classmethod
    def tearDown(cls):
        raise NotImplementedError


class LayerB:
    pass


class TestA(unittest.TestCase):
    layer = LayerA

    def test_one(self):
        pass


class TestB(unittest.TestCase):
    layer = LayerB

    def test_two(self):
        self.fail("boom")
