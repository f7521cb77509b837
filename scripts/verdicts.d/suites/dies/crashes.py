"""The process dies of SIGSEGV in a test, with a trace on standard output."""

import faulthandler
import os
import signal
import sys
import unittest


class TestA(unittest.TestCase):
    def test_a(self):
        pass

    def test_b(self):
        faulthandler.enable(sys.__stdout__)
        os.kill(os.getpid(), signal.SIGSEGV)
