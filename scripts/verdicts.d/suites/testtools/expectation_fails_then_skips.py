"""An expectation does not hold, and then the test is skipped."""

import testtools
from testtools.matchers import Equals


class TestA(testtools.TestCase):
    def test_one(self):
        self.expectThat(1, Equals(2))
        self.skipTest("not now")

    def test_two(self):
        pass
