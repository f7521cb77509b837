"""The process is killed while no test runs."""

import os
import signal
import unittest


class TestA(unittest.TestCase):
    def test_a(self):
        pass


class TestB(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.kill(os.getpid(), signal.SIGKILL)

    def test_b(self):
        pass
