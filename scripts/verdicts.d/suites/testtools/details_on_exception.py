"""A handler adds details to every exception, those of a skip and of a failure."""

import testtools
from testtools.content import text_content


class TestA(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.addOnException(lambda info: self.addDetail("state", text_content(repr(info[1]))))

    def test_one(self):
        self.skipTest("not now")

    def test_two(self):
        raise OSError("no database")
