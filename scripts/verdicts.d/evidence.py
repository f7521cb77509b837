"""Whether a stream can tell the verdict of its runner at all, by readers that share no code with our tools.

A runner that dies before its first byte, or between two tests, leaves a stream that does not differ from
that of a good run: no tool can call it red. A runner may also pass a run in which its own stream says that
a test failed. Such runs are not compared. The readers below err on the side of comparing: text that could
mean a failure is one to `is_mute`, and only a failure beyond doubt is one to `contradiction`.
"""

import re

from decode import Packet, decode, meaning

BAD = ("fail", "uxsuccess")
V1_START = re.compile(rb"\btest(ing)?:")
V1_OUTCOME = re.compile(rb"\b(success(ful)?|failure|error|skip|xfail|uxsuccess):")
V1_BAD = re.compile(rb"(failure|error|uxsuccess):")
V1_OPENED = re.compile(rb" \[( multipart)?\r?\n")
V1_CLOSED = re.compile(rb"^\]\r?$", re.MULTILINE)
TAP_POINT = re.compile(rb"^(not )?ok\b", re.MULTILINE)
TAP_PLAN = re.compile(rb"^1\.\.(\d+)", re.MULTILINE)
TAP_BAD = re.compile(rb"not ok|Bail out!|Dubious|FAILED|Failed|Parse error|Result: FAIL")


def cannot_be_told(protocol, stream, is_red):
    """Why the stream cannot tell the verdict of its runner; None if it can."""
    if is_red and not stream:
        return "the stream is empty"
    if is_red and is_mute(protocol, stream):
        return "the stream holds no failure, no unfinished test and no damage"
    if not is_red and (id := contradiction(protocol, stream)):
        return f"the runner passes, but its stream says that a test failed: {id}"
    return None


def is_mute(protocol, stream):
    return {"v1": is_mute_v1, "v2": is_mute_v2, "tap": is_mute_tap}[protocol](stream)


def is_mute_v1(stream):
    is_open = len(V1_START.findall(stream)) > len(V1_OUTCOME.findall(stream))
    is_torn = len(V1_OPENED.findall(stream)) != len(V1_CLOSED.findall(stream))
    return not (is_open or is_torn or V1_BAD.search(stream))


def is_mute_v2(stream):
    items = decode(stream)
    damage = any(b"\xb3" in item for item in items if not isinstance(item, Packet))
    failed = any(item.status in BAD for item in items if isinstance(item, Packet))
    return not (damage or failed or meaning(items).unfinished)


def is_mute_tap(stream):
    points, plans = len(TAP_POINT.findall(stream)), TAP_PLAN.findall(stream)
    return not TAP_BAD.search(stream) and len(plans) == 1 and int(plans[0]) == points


def contradiction(protocol, stream):
    """The id of a test that fails beyond doubt in the stream."""
    if protocol == "v2":
        ids = (item.id for item in decode(stream) if isinstance(item, Packet) and item.status in BAD)
        return next(ids, None)
    if protocol == "v1":
        started = set(re.findall(rb"^test: (.*)$", stream, re.MULTILINE))
        ended = re.findall(rb"^(?:failure|error|uxsuccess): (.*?)(?: \[(?: multipart)?)?$", stream, re.MULTILINE)
        return next((label.decode(errors="replace") for label in ended if label in started), None)
    return None
