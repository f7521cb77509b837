"""A test goes on after an expectation that does not hold, and fails at its end."""

import testtools
from testtools.matchers import Equals


class TestA(testtools.TestCase):
    def test_one(self):
        self.expectThat(1, Equals(2))
        self.expectThat(3, Equals(4))

    def test_two(self):
        pass
