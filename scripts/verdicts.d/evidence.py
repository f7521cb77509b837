"""Whether a stream can tell the verdict of its runner, by readers that share no code with our tools.

A runner that dies before its first byte, or between two tests, leaves a stream that does not differ from
that of a good run: no tool can call it red. A runner may also pass a run in which its own stream says that
a test failed. Such runs are not compared. The readers below err on the side of comparing: bytes that could
mean a failure are one to `is_mute`, and only a failure beyond doubt is one to `contradiction`.
"""

import re

from decode import Packet, decode

BAD = ("fail", "uxsuccess")
V1_START = re.compile(rb"test(?:ing)?: (.*)")
#: A label, and the start of details if there are any.
V1_LABEL = rb": (.*?)(?: \[(?: multipart)?)?\r?$"
V1_OUTCOME = re.compile(rb"(?:success(?:ful)?|failure|error|skip|xfail|uxsuccess)" + V1_LABEL, re.M)
V1_SKIP = re.compile(rb"skip" + V1_LABEL, re.M)
V1_BAD = re.compile(rb"(failure|error|uxsuccess):")
V1_OPENED = re.compile(rb" \[( multipart)?\r?\n")
V1_CLOSED = re.compile(rb"^\]\r?$", re.M)
V1_DETAILS = re.compile(rb"( \[|( \[ multipart))\r?\n")
V1_CHUNK = re.compile(rb"([0-9A-F]+)\r\n")
TAP_POINT = re.compile(rb"^ok\b *(\d*)", re.M)
TAP_PLAN = re.compile(rb"^1\.\.(\d+)", re.M)
TAP_BAD = re.compile(rb"not ok|Bail out!|Dubious|FAILED|Failed|Parse error|Result: FAIL")
TAP_TO_DO_PASSES = re.compile(rb"^ *ok\b.*[^\\]# *TODO.*", re.M | re.I)


def cannot_be_told(protocol, stream, is_red):
    """Why the stream cannot tell the verdict of its runner; None if it can."""
    if is_red:
        # TAP has a plan even if there is nothing to test: to a harness, no output is a failure.
        if not stream and protocol != "tap":
            return "the stream is empty"
        if MUTE[protocol](stream):
            return "the stream holds no failure, no unfinished test and no damage"
    else:
        return CONTRADICTION[protocol](stream)
    return None


def unfinished(started, ended, skipped):
    """The tests without an outcome.

    Except those with a skipped subtest: of these unittest loses the outcome, in good runs and bad ones.
    """
    subtests = [label for label in skipped if label not in started]
    return [
        label
        for label in started
        if label not in ended and not any(subtest.startswith(label) for subtest in subtests)
    ]


def is_mute_v1(stream):
    open_tests = unfinished(V1_START.findall(stream), V1_OUTCOME.findall(stream), V1_SKIP.findall(stream))
    is_torn = len(V1_OPENED.findall(stream)) != len(V1_CLOSED.findall(stream))
    return not (open_tests or is_torn or V1_BAD.search(stream))


def is_mute_v2(stream):
    return not any(read_v2(stream))


def is_mute_tap(stream):
    """A plan at one end, and as many good tests in order, is all that TAP can say of a good run."""
    lines = [line for line in stream.splitlines() if TAP_POINT.match(line) or TAP_PLAN.match(line)]
    plans = [TAP_PLAN.match(line) for line in lines]
    numbers = [TAP_POINT.match(line)[1] for line, plan in zip(lines, plans) if not plan]
    is_in_order = all(number in (b"", b"%d" % expected) for expected, number in enumerate(numbers, 1))
    at = [place for place, plan in enumerate(plans) if plan]
    has_plan = len(at) == 1 and at[0] in (0, len(lines) - 1) and int(plans[at[0]][1]) == len(numbers)
    return not TAP_BAD.search(stream) and is_in_order and has_plan


def contradiction_v1(stream):
    """A test that starts on a line of its own, and then fails or has no outcome."""
    lines = without_details(stream)
    started = re.findall(rb"^test: (.*)$", lines, re.M)
    failed = set(re.findall(rb"^(?:failure|error|uxsuccess): (.*)$", lines, re.M))
    open_tests = unfinished(started, V1_OUTCOME.findall(stream), V1_SKIP.findall(stream))
    failed = [label for label in started if label in failed]
    return contradiction(*([label.decode(errors="replace") for label in labels] for labels in (failed, open_tests)))


def contradiction(failed, open_tests):
    if failed:
        return f"the runner passes, but its stream says that this failed, or passed unexpectedly: {failed[0]}"
    if open_tests:
        return f"the runner passes, but its stream does not say how this ended: {open_tests[0]}"
    return None


def without_details(stream):
    """The stream without the details of outcomes; chunks are skipped by their lengths."""
    kept, at = [], 0
    while opened := V1_DETAILS.search(stream, at):
        kept += [stream[at : opened.start()], b"\n"]
        at = after_details(stream, opened)
    return b"".join([*kept, stream[at:]])


def after_details(stream, opened):
    at = opened.end()
    while opened[2] and not stream.startswith(b"]\n", at):
        at = stream.find(b"\n", stream.find(b"\n", at) + 1) + 1
        while chunk := V1_CHUNK.match(stream, at):
            at = chunk.end() + int(chunk[1], 16)
            if chunk[1] == b"0":
                break
        else:
            return len(stream)
    closed = V1_CLOSED.search(stream, at)
    return closed.end() if closed else len(stream)


def contradiction_v2(stream):
    """A test that fails or has no outcome.

    That a subtest was skipped excuses no open test here: the packets of a test that hangs afterwards are the same.
    """
    failed, open_tests, _ = read_v2(stream, excuses_subtests=False)
    return contradiction(failed, open_tests)


def read_v2(stream, excuses_subtests=True):
    """The ids that failed, those without an outcome, and whether there may be damage."""
    items = decode(stream)
    packets = [item for item in items if isinstance(item, Packet)]
    started, ended, skipped = (
        [packet.id for packet in packets if packet.status in statuses]
        for statuses in (["inprogress"], ["success", "skip", "xfail", *BAD], ["skip"])
    )
    failed = [packet.id for packet in packets if packet.status in BAD]
    is_damaged = any(b"\xb3" in item for item in items if not isinstance(item, Packet))
    return failed, unfinished(started, ended, skipped if excuses_subtests else []), is_damaged


def contradiction_tap(stream):
    """A test that is to do and passes: to TAP no failure, to subunit an unexpected success."""
    found = TAP_TO_DO_PASSES.search(stream)
    return contradiction([found[0].decode(errors="replace")] if found else [], [])


def is_mute_go(stream):
    return b'"Action":"fail"' not in stream and b'"Action":"build-fail"' not in stream


def contradiction_go(stream):
    """What Go reports as failed, it fails for."""
    return None


MUTE = {"v1": is_mute_v1, "v2": is_mute_v2, "tap": is_mute_tap, "go": is_mute_go}
CONTRADICTION = {"v1": contradiction_v1, "v2": contradiction_v2, "tap": contradiction_tap, "go": contradiction_go}
