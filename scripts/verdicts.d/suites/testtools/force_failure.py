"""A test asks to be failed at its end, and is skipped."""

import testtools


class TestA(testtools.TestCase):
    def test_one(self):
        self.force_failure = True
        self.skipTest("not now")

    def test_two(self):
        pass
