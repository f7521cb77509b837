#!/usr/bin/env python3
"""A server for subunit-sched --rpc: loads the unittest tests of a folder once, and runs them.

Usage: rpc-server.py [FOLDER]. Needs python-subunit and testtools.
"""

import json
import os
import sys
import unittest

import subunit
import testtools

RPC = "testrepository-rpc"


class Server(testtools.StreamResult):
    """Takes in the packets that come, and answers the messages in them."""

    def __init__(self, tests, output):
        super().__init__()
        self.tests = {test.id(): test for test in testtools.iterate_tests(tests)}
        self.output = output
        self.message = b""

    def status(self, test_id=None, file_bytes=None, eof=False, **_):
        if test_id == RPC:
            self.message += bytes(file_bytes or b"")
            if eof:
                message, self.message = json.loads(self.message), b""
                self.answer(**message)

    def answer(self, msg, nonce=None, tests=None, **_):
        if msg == "Hello":
            self.say(msg="Hello", min=1, max=1)
        elif msg == "Goodbye":
            sys.exit()
        elif msg == "List":
            for test in self.tests:
                self.output.status(test_id=test, test_status="exists")
            self.say(msg="Done", nonce=nonce)
        elif msg == "Run":
            self.run(self.tests if tests is None else tests)
            self.say(msg="Done", nonce=nonce)
        elif nonce is not None:
            self.say(msg="Done", nonce=nonce, error=f"{msg} is not known")

    def run(self, ids):
        result = testtools.ExtendedToStreamDecorator(self.output)
        result.startTestRun()
        # What is not there has no result: subunit-sched says so.
        unittest.TestSuite(self.tests[id] for id in ids if id in self.tests).run(result)
        result.stopTestRun()

    def say(self, **message):
        text = json.dumps(message).encode()
        self.output.status(RPC, file_name="rpc", file_bytes=text, mime_type="application/json", eof=True, runnable=False)


# Results have a descriptor of their own: what tests print goes to standard error.
results = os.fdopen(os.dup(1), "wb", 0)
os.dup2(2, 1)
tests = unittest.defaultTestLoader.discover(*sys.argv[1:] or ["."])
subunit.ByteStreamToStreamResult(sys.stdin.buffer).run(Server(tests, subunit.StreamResultToBytes(results)))
