"""Asynchronous tests: one passes, one is skipped and its clean-up fails."""

import unittest


class TestA(unittest.IsolatedAsyncioTestCase):
    async def test_one(self):
        pass

    async def test_two(self):
        self.addAsyncCleanup(self.close)
        self.skipTest("not now")

    async def close(self):
        raise OSError("no database")
