"""A test prints packets of a run that passes, and kills its process."""

import os
import signal
import sys
import unittest

from subunit.v2 import StreamResultToBytes


class TestA(unittest.TestCase):
    def test_one(self):
        stream = StreamResultToBytes(sys.stdout.buffer)
        for test in ("test_one", "test_two"):
            stream.status(test_id=f"test_suite.TestA.{test}", test_status="success")
        os.kill(os.getpid(), signal.SIGKILL)

    def test_two(self):
        pass
