"""A test with details fails, and one without passes."""

import testtools
from testtools.content import text_content


class TestA(testtools.TestCase):
    def test_one(self):
        self.addDetail("log", text_content("]\ntest: inner\nsuccess: inner\n" * 1000))
        self.fail("boom")

    def test_two(self):
        pass
