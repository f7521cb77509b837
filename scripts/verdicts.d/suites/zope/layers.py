"""Two layers with tests that pass; the first prints without a newline."""

import unittest


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
