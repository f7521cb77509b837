"""Compares the tools that make streams of something else, or something else of streams, with those of python-subunit."""

import json
import os
import pathlib
import random
import tempfile
import xml.sax.saxutils as sax

import generate
import rows
from decode import Packet, Test, decode, meaning
from tools import run_ours, run_reference

#: Inputs that are made for each of the tools.
COUNT = 150
STATUSES = ("pass", "fail", "skip")
WORDS = ("alpha", "beta/one", "gamma", "größe", "x y", "a.b", "#00")
LINES = ("    a_test.go:3: no\n", "ok so far\n", "größe: <&>\n", "half a line", "\t\ttabs\n")


def compare_all(tools, seed, report):
    chance = random.Random(f"{seed}/converters")
    for compare in (compare_go, compare_junit, compare_disk, compare_combine):
        for _ in range(COUNT if compare is not compare_combine else COUNT // 10):
            report.runs += 1
            compare(chance, tools, report)
    return report


def expect(report, stream, command, what, expected, got):
    if expected != got:
        report.defect(stream, command, what, expected, got)


def tests(output):
    """The tests of a stream, in order, with all that their packets say."""
    entries = [entry for entry in meaning(decode(output)).entries if isinstance(entry, Test)]
    return [(test.id, test.status, test.start, test.stop, {name: data for name, (_, data) in test.files.items()}) for test in entries]


# gojson2subunit


def compare_go(chance, tools, report):
    stream, has_pauses, has_text = go_run(chance)
    expected, got = run_reference("gojson2subunit", [], stream), run_ours(tools, "gojson2subunit", [], stream)
    expect(report, stream, "gojson2subunit", "exit status", expected.status, got.status)
    theirs = [test for test in tests(expected.output) if not test[0].endswith(" [build]")]
    report.allowed[rows.GO_PACKAGE] += len(tests(expected.output)) - len(theirs)
    report.allowed[rows.GO_PAUSES] += has_pauses
    report.allowed[rows.GO_TEXT] += has_text
    for id, _, _, _, files in theirs:
        lines = files.get("go test output", b"").splitlines(keepends=True)
        kept = b"".join(line for line in lines if not line.startswith((b"=== PAUSE ", b"=== CONT  ")))
        files.pop("go test output", None)
        files.update({"go test output": kept} if kept else {})
    expect(report, stream, "gojson2subunit", "the tests", theirs, tests(got.output))


def go_run(chance):
    """The output of `go test -json` over some packages."""
    records, clock, has_pauses, has_text = [], 0, False, False

    def add(action, **fields):
        nonlocal clock
        clock += chance.randrange(900)
        time = f"2026-11-26T10:{clock // 60000:02}:{clock // 1000 % 60:02}.{clock % 1000:03}Z"
        records.append({"Time": time, "Action": action, **fields})

    for number in range(chance.randrange(1, 4)):
        package, has_failed = f"example.com/p{number}", False
        for test in range(chance.randrange(5)):
            name = {"Package": package, "Test": f"Test{test}/{chance.choice(WORDS)}".replace(" ", "_")}
            add("run", **name)
            for _ in range(chance.randrange(4)):
                add("output", **name, Output=chance.choice(LINES))
            if chance.random() < 0.2:
                has_pauses = True
                records.append({"Action": "output", **name, "Output": "\n"})
                add("output", **name, Output="=== PAUSE " + name["Test"] + "\n")
                add("output", **name, Output="=== CONT  " + name["Test"] + "\n")
            status = chance.choice(STATUSES)
            has_failed |= status == "fail"
            add(status, **name)
        if chance.random() < 0.5:
            has_text = True
            add("output", Package=package, Output="PASS\n")
        add("fail" if has_failed else "pass", Package=package)
    return "".join(json.dumps(record) + "\n" for record in records).encode(), has_pauses, has_text


# junitxml2subunit


def compare_junit(chance, tools, report):
    xml = junit_report(chance)
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(xml)
        file.flush()
        expected, got = run_reference("junitxml2subunit", [file.name], b""), run_ours(tools, "junitxml2subunit", [file.name], b"")
    expect(report, xml, "junitxml2subunit", "exit status", expected.status, got.status)
    theirs, ours = tests(expected.output), tests(got.output)
    for number, (id, status, start, stop, files) in enumerate(theirs):
        if status == "skip" and files:
            report.allowed[rows.JUNIT_SKIP] += 1
            files = {"reason": files["junit detail"]}
        theirs[number] = (id, status, start, stop, files)
    for number, (id, status, start, stop, files) in enumerate(ours):
        report.allowed[rows.JUNIT_ERROR] += files.pop("kind", None) is not None
        if stop is None:
            report.allowed[rows.JUNIT_TIME] += 1
            stop = start
        ours[number] = (id, status, start, stop, files)
    expect(report, xml, "junitxml2subunit", "the tests", theirs, ours)


def junit_report(chance):
    """A report without what the reference drops, and without a time of its own."""

    def element(tag, attributes):
        return tag + "".join(f" {key}={sax.quoteattr(value)}" for key, value in attributes.items())

    def detail(name):
        attributes = {key: chance.choice(WORDS + ("<&\">",)) for key in ("type", "message") if chance.random() < 0.5}
        text = sax.escape(chance.choice(("", "one\ntwo", " <b> ")))
        return f"<{element(name, attributes)}>{text}</{name}>"

    suites = []
    for _ in range(chance.randrange(1, 4)):
        cases = []
        for number in range(chance.randrange(5)):
            attributes = {"name": f"{chance.choice(WORDS)} {number}"}
            if chance.random() < 0.7:
                attributes["classname"] = chance.choice(WORDS)
            if chance.random() < 0.8:
                attributes["time"] = str(chance.randrange(5000) / 1000)
            kind = chance.choice(("failure", "error", "skipped", None, None))
            cases.append(f"<{element('testcase', attributes)}>{detail(kind) if kind else ''}</testcase>")
        suites.append("<testsuite>" + "".join(cases) + "</testsuite>")
    body = suites[0] if len(suites) == 1 else f"<testsuites>{''.join(suites)}</testsuites>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode()


# subunit2disk


def compare_disk(chance, tools, report):
    pieces = generate.version_2(chance)
    stream = b"".join(pieces)
    with tempfile.TemporaryDirectory() as folder:
        theirs, ours = pathlib.Path(folder, "theirs"), pathlib.Path(folder, "ours")
        expected = run_reference("subunit2disk", ["-d", str(theirs)], stream)
        got = run_ours(tools, "subunit2disk", ["-d", str(ours)], stream)
        if expected.status is None:
            report.allowed[rows.DISK_CRASH] += 1
            return
        expect(report, stream, "subunit2disk", "exit status", 0, got.status)
        left, right = exported(theirs), exported(ours)
    has_global = any(path.startswith("_global/") for path in right)
    report.allowed[rows.DISK_GLOBAL] += has_global
    right = {path: content for path, content in right.items() if not path.startswith("_global/")}
    expect(report, stream, "subunit2disk", "what is there", summaries(left), summaries(right, report))


def exported(root):
    files = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = pathlib.Path(folder, name)
            files[str(path.relative_to(root))] = path.read_bytes()
    return files


def summaries(files, report=None):
    """What is known of the tests, whatever their folders are called: those of one id are numbered in another order."""
    found = []
    for path, content in files.items():
        folder, name = os.path.split(path)
        if name != "test.json":
            continue
        summary = json.loads(content)
        details = set(summary["details"])
        if summary["status"] == "unknown":
            # The reference makes a test of attachments alone.
            continue
        if report:
            report.allowed[rows.DISK_ROUTE] += "route_code" in summary
            empty = {detail for detail in details if files.get(f"{folder}/{detail}") == b""}
            report.allowed[rows.DISK_EMPTY] += bool(empty)
            details -= empty
        found.append((summary["id"], summary["status"], sorted(details), sorted(summary["tags"])))
    return sorted(found)


# subunit-combine


def compare_combine(chance, tools, report):
    streams = [b"".join(generate.version_2(chance)) for _ in range(2)]
    with tempfile.TemporaryDirectory() as folder:
        commands = []
        for number, stream in enumerate(streams):
            path = pathlib.Path(folder, str(number))
            path.write_bytes(stream)
            commands.append({"prefix": f"p{number}/", "argv": ["cat", str(path)]})
        config = pathlib.Path(folder, "config.yaml")
        # JSON is YAML.
        config.write_text(json.dumps({"commands": commands}))
        expected, got = run_reference("subunit-combine", [str(config)], b""), run_ours(tools, "subunit-combine", [str(config)], b"")
    stream = b"".join(streams)
    expect(report, stream, "subunit-combine", "exit status", expected.status or 0, got.status)
    left, right = (
        [(packet.id, packet.status, packet.tags or frozenset(), packet.file) for packet in decode(output) if isinstance(packet, Packet) and packet.id]
        for output in (expected.output, got.output)
    )
    expect(report, stream, "subunit-combine", "the packets of tests", left, right)
