"""One of two classes kills its process, with details under way."""

import os
import signal

import testtools
from testtools.content import text_content


class TestA(testtools.TestCase):
    def test_one(self):
        self.addDetail("log", text_content("x" * 100000))
        os.kill(os.getpid(), signal.SIGKILL)


class TestB(testtools.TestCase):
    def test_two(self):
        pass
