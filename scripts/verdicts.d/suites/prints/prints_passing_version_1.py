"""A passing test of a runner prints what the runner wrote, which is a run that passes."""

import unittest

RUN = """time: 2020-02-20 20:20:20.000000Z
tags: inner
test: inner one
successful: inner one
test: inner two
skip: inner two [
error: no such file
]
test: inner three
success: inner three [ multipart
Content-Type: text/plain
log
5\r
hello0\r
]
tags: -inner
"""


class TestA(unittest.TestCase):
    def test_one(self):
        print(RUN, flush=True)

    def test_two(self):
        pass
