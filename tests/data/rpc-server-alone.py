#!/usr/bin/env python3
"""A server for subunit-sched --rpc that needs Python alone: it reads and writes packets itself.

Usage: rpc-server-alone.py [FOLDER]. rpc-server.py is shorter, with python-subunit and testtools.
"""

import json
import os
import struct
import sys
import unittest
import zlib

RPC = "testrepository-rpc"
STATUSES = {None: 0, "exists": 1, "inprogress": 2, "success": 3, "uxsuccess": 4, "skip": 5, "fail": 6, "xfail": 7}
TEST_ID, RUNNABLE, MIME, EOF, FILE = 0x0800, 0x0100, 0x0020, 0x0010, 0x0040


def number(value):
    """A number in one to four bytes: the two highest bits say how many follow the first."""
    width = next(width for width in (1, 2, 3, 4) if value < 1 << 8 * width - 2)
    return (value | width - 1 << 8 * width - 2).to_bytes(width, "big")


def counted(data):
    return number(len(data)) + data


def packet(test_id, status=None, file=None, mime="text/plain;charset=utf8", runnable=True):
    """A packet of version 2; a file is a name and bytes."""
    flags = 0x2000 | TEST_ID | STATUSES[status] | (RUNNABLE if runnable else 0) | (MIME | EOF | FILE if file else 0)
    body = counted(test_id.encode())
    if file:
        body += counted(mime.encode()) + counted(file[0].encode()) + counted(file[1])
    # The length counts its own bytes, too.
    length = next(number(7 + width + len(body)) for width in (1, 2, 3, 4) if len(number(7 + width + len(body))) == width)
    packet = b"\xb3" + struct.pack(">H", flags) + length + body
    return packet + struct.pack(">I", zlib.crc32(packet))


def messages(source):
    """Yields the messages on standard input. The file is the last field of a packet."""
    message = b""
    while head := source.read(4):
        head += source.read(head[3] >> 6)
        width = len(head) - 3
        length = int.from_bytes(head[3:], "big") & ((1 << 8 * width - 2) - 1)
        rest = source.read(length - len(head))
        at = 0

        def field():
            nonlocal at
            width = (rest[at] >> 6) + 1
            begin = at + width
            at = begin + (int.from_bytes(rest[at:begin], "big") & ((1 << 8 * width - 2) - 1))
            return rest[begin:at]

        # Test id, type, name of the file.
        _, _, _ = field(), field(), field()
        message += field()
        if struct.unpack(">H", head[1:3])[0] & EOF:
            yield json.loads(message)
            message = b""


class Results(unittest.TestResult):
    """Says what becomes of tests, as it happens."""

    def startTest(self, test):
        self.say(test, "inprogress")

    def addSuccess(self, test):
        self.say(test, "success")

    def addFailure(self, test, error):
        self.say(test, "fail", ("traceback", self._exc_info_to_string(error, test).encode()))

    addError = addFailure

    def addSkip(self, test, reason):
        self.say(test, "skip", ("reason", reason.encode()))

    def addExpectedFailure(self, test, error):
        self.say(test, "xfail")

    def addUnexpectedSuccess(self, test):
        self.say(test, "uxsuccess")

    def addSubTest(self, test, subtest, error):
        if error:
            self.say(test, "fail", (f"traceback of {subtest}", self._exc_info_to_string(error, test).encode()))

    def say(self, test, status, file=None):
        results.write(packet(test.id(), status, file))


def tests_in(suite):
    for item in suite:
        yield from tests_in(item) if isinstance(item, unittest.TestSuite) else [item]


def answer(**message):
    results.write(packet(RPC, None, ("rpc", json.dumps(message).encode()), "application/json", runnable=False))


# Results have a descriptor of their own: what tests print goes to standard error.
results = os.fdopen(os.dup(1), "wb", 0)
os.dup2(2, 1)
tests = {test.id(): test for test in tests_in(unittest.defaultTestLoader.discover(*sys.argv[1:] or ["."]))}
for message in messages(sys.stdin.buffer):
    nonce = message.get("nonce")
    if message["msg"] == "Hello":
        answer(msg="Hello", min=1, max=1)
    elif message["msg"] == "Goodbye":
        break
    elif message["msg"] == "Run":
        unittest.TestSuite(tests[id] for id in message.get("tests", tests) if id in tests).run(Results())
        answer(msg="Done", nonce=nonce)
    elif message["msg"] == "List":
        for id in tests:
            results.write(packet(id, "exists"))
        answer(msg="Done", nonce=nonce)
    elif nonce is not None:
        answer(msg="Done", nonce=nonce, error=f"{message['msg']} is not known")
