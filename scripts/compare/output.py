"""Compares what subunit-output writes for the same arguments."""

import dataclasses
import pathlib
import tempfile

import rows
from decode import decode
from tools import run_ours, run_reference

#: Arguments that both sides take to mean the same. FILE is a file of nine megabytes, SHORT one of
#: some bytes.
SAME = [
    ("--tag", "x", "--tag", "y"),
    ("--tag", "x", "--exists", "a"),
    ("--success", "--x"),
    ("--fail", "größe [x]", "--attach-file", "SHORT", "--mimetype", "text/plain"),
    ("--inprogress", "a", "--attach-file", "SHORT", "--file-name", "log", "--tag", "x"),
    ("--success", "a", "--attach-file", "SHORT", "--file-name", ""),
    ("--attach-file", "SHORT"),
    ("--success", "a", "--attach-file", "FILE", "--mimetype", "a/b", "--tag", "x"),
    ("--inprogress", "a", "--attach-file", "FILE"),
    ("--attach-file", "/dev/null", "--xfail", "a"),
    # With --file-name, the reference crashes.
    ("--uxsuccess", "a", "--attach-file", "-", "--mimetype", "text/plain"),
]
SAME += [(f"--{status}", "a") for status in ("exists", "inprogress", "success", "fail", "skip", "xfail", "uxsuccess")]
#: Arguments that only the reference takes.
REFUSED = [(), ("--success", "a", "extra"), ("--success", "")]
#: What neither takes.
WRONG = [("--success", "a", "--fail", "b"), ("--mimetype", "a/b"), ("--file-name", "a"), ("--success",), ("--attach-file", "/none")]
INPUT = b"from standard input\n"


def compare_all(tools, report):
    with tempfile.TemporaryDirectory() as folder:
        files = {"SHORT": pathlib.Path(folder, "short"), "FILE": pathlib.Path(folder, "long")}
        files["SHORT"].write_bytes("größe\n".encode())
        files["FILE"].write_bytes(bytes(range(256)) * 35157)
        for arguments in SAME + REFUSED + WRONG:
            report.runs += 1
            given = [str(files.get(argument, argument)) for argument in arguments]
            expected, got = (run(given) for run in (reference, lambda given: run_ours(tools, "subunit-output", given, INPUT)))
            command = " ".join(["subunit-output", *map(repr, arguments)])
            status = 0 if arguments in SAME else 2
            if got.status != status or (arguments in REFUSED) != (expected.status != status):
                report.defect(INPUT, command, "exit status", expected.status, got.status)
            if arguments in REFUSED:
                report.allowed[rows.OUTPUT_REFUSED] += 1
            elif arguments in SAME:
                compare_packets(decode(expected.output), decode(got.output), command, report)
    return report


def reference(arguments):
    return run_reference("subunit-output", arguments, INPUT)


def compare_packets(expected, got, command, report):
    """Both have a time, and all else is the same, but for what is on purpose."""
    if any(packet.time is None for packet in got):
        report.defect(INPUT, command, "times", "a time in each packet", got)
    if "'-'" in command and got[-1].file[1] == b"":
        report.allowed[rows.OUTPUT_PIPE] += 1
        got = [dataclasses.replace(got[0], status=got[-1].status, eof=got[-1].eof)] if len(got) == 2 else got
    if len(expected) > 1:
        report.allowed[rows.OUTPUT_PIECES] += 1
        expected = [dataclasses.replace(packet, tags=expected[0].tags) for packet in expected]
    left, right = ([dataclasses.replace(packet, raw=b"", time=None) for packet in list_] for list_ in (expected, got))
    if left != right:
        report.defect(INPUT, command, "packets", left, right)
