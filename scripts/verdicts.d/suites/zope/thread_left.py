"""A passing test leaves a thread behind, which the runner reports and does not count as a failure."""

import threading
import unittest


class TestA(unittest.TestCase):
    def test_one(self):
        threading.Thread(target=threading.Event().wait, daemon=True, name="left").start()

    def test_two(self):
        pass
