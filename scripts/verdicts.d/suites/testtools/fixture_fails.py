"""A fixture of the package fixtures fails, with details of its own."""

import fixtures
import testtools
from testtools.content import text_content


class Database(fixtures.Fixture):
    def _setUp(self):
        self.addDetail("server log", text_content("error: no such file\n]\n"))
        raise OSError("no database")


class TestA(testtools.TestCase):
    def test_one(self):
        self.useFixture(Database())

    def test_two(self):
        pass
