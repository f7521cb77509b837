"""Standard error is the stream, as with 2>&1: warnings and a log, in tests that pass."""

import logging
import os
import unittest
import warnings

os.dup2(1, 2)
logging.basicConfig(level=logging.INFO, format="%(levelname)s:%(name)s:%(message)s")


class TestA(unittest.TestCase):
    def test_one(self):
        warnings.warn("old", DeprecationWarning)
        logging.error("no such file")

    def test_two(self):
        logging.getLogger("test").info("testing")
