"""Tests of two layers of zope.testrunner. Suites name the classes, and have the first layer."""

import unittest


class LayerB:
    pass


class One(unittest.TestCase):
    def test_one(self):
        pass


class Two(unittest.TestCase):
    layer = LayerB

    def test_two(self):
        pass
