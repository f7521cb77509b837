"""A test is skipped, and the clean-up of its fixture fails."""

import fixtures
import testtools


class Database(fixtures.Fixture):
    def _setUp(self):
        self.addCleanup(self.close)

    def close(self):
        raise OSError("no database")


class TestA(testtools.TestCase):
    def test_one(self):
        self.useFixture(Database())
        self.skipTest("not now")

    def test_two(self):
        pass
