"""expectFailure meets no failure."""

import testtools


class TestA(testtools.TestCase):
    def test_one(self):
        self.expectFailure("known", self.assertEqual, 1, 1)

    def test_two(self):
        pass
