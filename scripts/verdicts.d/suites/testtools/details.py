"""Tests with details of every kind pass and are skipped."""

import testtools
from testtools.content import Content, text_content
from testtools.content_type import ContentType


class TestA(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.addDetail("log", text_content("test: inner\nfailure: inner [\nboom\n]\n"))
        self.addDetail("core dump", Content(ContentType("application", "octet-stream"), lambda: [b"\xb3)\x01\0", b"\r\n]\n"]))
        self.addDetail("empty", text_content(""))

    def test_one(self):
        pass

    def test_two(self):
        self.skipTest("not now")

    def test_three(self):
        self.expectFailure("known", self.assertEqual, 1, 2)
