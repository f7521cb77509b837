"""The process is terminated in a test, as by timeout(1), after a skipped subtest of another one."""

import os
import signal
import unittest


class TestA(unittest.TestCase):
    def test_a(self):
        with self.subTest(number=1):
            self.skipTest("not this one")

    def test_b(self):
        os.kill(os.getpid(), signal.SIGTERM)
