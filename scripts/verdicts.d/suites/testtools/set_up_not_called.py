"""A test does not call setUp of its base, which testtools forbids."""

import testtools


class TestA(testtools.TestCase):
    def setUp(self):
        pass

    def test_one(self):
        pass


class TestB(testtools.TestCase):
    def test_two(self):
        pass
