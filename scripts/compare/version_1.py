"""Compares version 1 as the reference reads it: ours must say what the stream says, and what the reference's own output says."""

import itertools
import re

import rows
from decode import Test, Text, decode, meaning, shown
from tools import run_reference


def compare_2to1(case):
    given, ours = meaning(decode(case.stream)), read(case.got.output)
    case.check("exit status", 0, case.got.status)
    finished = [entry for entry in given.entries if isinstance(entry, Test) and entry.status != "exists"]
    truth = [*finished, *given.unfinished]
    found = [entry for entry in ours.entries if isinstance(entry, Test)]
    case.check("tests", [(shown(test.id), outcome(test)) for test in truth], [(test.id, test.status) for test in found])
    for test, got in zip(truth, found, strict=True):
        compare_test(case, test, got)
    case.check("text", without_space(given.entries), without_space(ours.entries))
    case.allow(rows.V1_UNFINISHED, len(given.unfinished))
    dropped = [entry for entry in given.entries if isinstance(entry, Test) and (entry.status == "exists" or entry.route)]
    case.allow(rows.V1_LOSSES, bool(dropped))
    if any(isinstance(entry, Text) for entry in given.entries):
        # What is glued to text the reference does not read.
        case.allow(rows.V1_TEXT)
        return
    theirs = [entry for entry in read(case.expected.output).entries if isinstance(entry, Test)][: len(finished)]
    expected, got = ([(test.id, test.status) for test in tests] for tests in (theirs, found[: len(finished)]))
    escaped = [(shown(id), status) for id, status in expected]
    case.allow(rows.V1_ESCAPES, escaped != expected)
    case.check("tests, as the reference writes them", escaped, got)


def read(output):
    return meaning(decode(run_reference("subunit-1to2", [], output).output))


def outcome(test):
    return "fail" if test.status == "inprogress" else test.status


def compare_test(case, test, got):
    tags = frozenset(re.sub(r"^-", r"\\x2d", shown(tag)) for tag in test.tags)
    case.check(f"tags of {test}", tags, got.tags)
    case.allow(rows.V1_ESCAPES, tags != test.tags)
    for field, ours in (("start", got.began), ("stop", got.stop)):
        time = getattr(test, field)
        if time:
            floor = (time[0], time[1] // 1000 * 1000)
            case.allow(rows.V1_TIMES, floor != time)
            case.check(f"{field} of {test}", floor, ours)
    files = {shown(name): data for name, (_, data) in test.files.items() if data}
    if test.status == "inprogress":
        names = itertools.chain(["reason"], (f"reason-{number}" for number in itertools.count(1)))
        files[next(name for name in names if name not in test.files)] = b"the test did not finish"
    case.check(f"attachments of {test}", files, {name: data for name, (_, data) in got.files.items() if data})


def without_space(entries):
    return b"".join(b"".join(entry.data.split()) for entry in entries if isinstance(entry, Text))
