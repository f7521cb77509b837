"""The command line of scripts/differential: which commands run over which streams, and the report."""

import argparse
import collections
import dataclasses
import multiprocessing
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import converters
import generate
import output
import rows
import tap
from compare import Case, Crash, Defect, compare
from decode import Packet, Test, decode, meaning
from tools import run_ours, run_reference

#: Recorded streams, in tests/data.
RECORDED = ["testr-run", "testr-run.subunit", *(f"os-testr/{name}.subunit" for name in ("run", "none-passed", "skipped", "listed", "hung"))]
#: A test script in shell, there, too.
SCRIPT = "sort-tests.sh"
#: TAP, there, too.
RECORDED_TAP = ["bridge.tap"]
#: Generated TAP for each generated stream.
TAP_SHARE = 0.15
#: How many of the generated streams are of version 1, and how many are damaged.
VERSION_1, DAMAGED = 0.3, 0.05
#: Commands that run over each generated stream of version 2.
COMMANDS_EACH = 5
#: Defects that are printed.
MOST_TOLD = 10


@dataclasses.dataclass(frozen=True)
class Command:
    tool: str
    arguments: tuple = ()
    #: Arguments for the reference, where it needs others to mean the same.
    for_reference: tuple | None = None

    def __str__(self):
        return " ".join([self.tool, *(repr(argument) for argument in self.arguments)])


def filter_with(*arguments, reference=None):
    return Command("subunit-filter", arguments, reference)


TRANSLATE = Command("subunit-1to2")
LIST = Command("subunit-ls")
COUNT = Command("subunit-stats")
#: Stands for a file with ids of the stream.
IDS = "IDS"
#: What the reference puts between the id and the attachments of a test that it searches.
AFTER_ID = "(success|failure|skip|expectedfailure)None[{]"

TRACE_ARGUMENTS = [(), ("-n",), ("-f",), ("-n", "-f"), ("--failonly",), ("-a",), ("--abbrev", "--fails"), ("--no-summary", "--color")]

COMMANDS = [
    Command("subunit-tags", ("nightly", "-slow")),
    Command("subunit-tags", ("--text", "nightly", "-slow", "worker-0"), ("nightly", "-slow", "worker-0")),
    Command("subunit-tags", ("-slow", "-worker-0", "slow")),
    # The reference writes text into its table.
    Command("subunit2csv", ("--no-passthrough",)),
    Command("subunit2html"),
    # The reference writes text into its XML.
    Command("subunit2junitxml", ("--no-passthrough",)),
    Command("subunit2junitxml", ("--no-passthrough", "--suite-by", "worker"), ("--no-passthrough",)),
    Command("subunit2junitxml", ("--no-passthrough", "--suite-by", "tag"), ("--no-passthrough",)),
    Command("subunit2junitxml", ("--no-passthrough", "--suite-by", "route"), ("--no-passthrough",)),
    Command("subunit2junitxml", ("--no-passthrough", "--suite-by", "prefix"), ("--no-passthrough",)),
    Command("subunit2pyunit"),
    Command("subunit2pyunit", ("--no-passthrough",)),
    Command("subunit-2to1"),
    *(Command("subunit-trace", arguments) for arguments in TRACE_ARGUMENTS),
    COUNT,
    Command("subunit-stats", ("--no-passthrough",)),
    LIST,
    Command("subunit-ls", ("--exists",)),
    Command("subunit-ls", ("--times",)),
    Command("subunit-ls", ("--no-passthrough",)),
    Command("subunit-ls", ("--times", "--no-passthrough")),
    filter_with(),
    filter_with("-s"),
    filter_with("-s", "--xfail"),
    filter_with("--success", "--xfail", "--no-skip"),
    filter_with("--no-skip"),
    filter_with("-f"),
    filter_with("-s", "--no-failure"),
    filter_with("-e", "-s"),
    filter_with("-F"),
    filter_with("-s", "--no-passthrough"),
    filter_with("-s", "--xfail", "--no-passthrough"),
    filter_with("-s", "--xfail", "--with-tag", "worker-0"),
    filter_with("-s", "--xfail", "--with-tag=worker-0", "--with-tag=slow"),
    filter_with("-s", "--without-tag", "worker-0"),
    filter_with("-s", "--xfail", "--without-tag", "slow", "--without-tag", "worker-1"),
    filter_with("-s", "--xfail", "--with", "alpha"),
    filter_with("-s", "--xfail", "-m", "alpha|beta", "-m", "gamma"),
    filter_with("-s", "--xfail", "--without", "alpha", "--without", "日本"),
    filter_with("-s", "--with", "(?i)ALPHA|Beta", "--without", "fast"),
    filter_with("-s", "--with", r"Test\d+$", reference=("-s", "--with", r"Test\d+" + AFTER_ID)),
    filter_with("-s", "--with", "^needle in", reference=("-s", "--with", r"[' n]needle in")),
    filter_with("-s", "--xfail", "--without", "needle"),
    filter_with("-s", "--with", "größe: ó$", reference=("-s", "--with", r"gr\\xc3\\xb6\\xc3\\x9fe: \\xc3\\xb3\\n")),
    filter_with("-s", "--xfail", "--rename", "^", "run-1/"),
    filter_with("-s", "--xfail", "--rename", r"^pkg\.(\w+)", r"\1", "--rename", "Test", "test"),
    filter_with("-s", "--xfail", "--fixup-expected-failures", IDS),
    filter_with("--fixup-expected-failures", IDS, "--with-tag", "worker-0"),
    filter_with("-s", "--xfail", "--fixup-expected-failures", IDS, "--rename", r"^pkg\.", "new."),
]


@dataclasses.dataclass
class Report:
    """What came of one stream."""

    name: str
    runs: int = 0
    allowed: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    #: Streams, commands and messages.
    defects: list = dataclasses.field(default_factory=list)

    def defect(self, stream, command, what, expected, got):
        self.defects.append((stream, command, Defect(what, expected, got)))


class Comparison:
    def __init__(self, tools, seed):
        self.tools, self.seed = tools, seed

    def generated(self, index):
        """Compares over the generated stream of this number."""
        chance = random.Random(f"{self.seed}/{index}")
        report, kind = Report(f"seed-{self.seed}-stream-{index}"), chance.random()
        if kind < DAMAGED:
            check_damaged = self.damaged_1 if chance.random() < 0.4 else self.damaged_2
            check_damaged(chance, report)
        elif kind < DAMAGED + VERSION_1:
            self.over(generate.version_1(chance), [TRANSLATE, LIST, COUNT], report, is_version_1=True)
        else:
            self.over(generate.version_2(chance), chance.sample(COMMANDS, COMMANDS_EACH), report)
        return report

    def recorded(self, path):
        """Compares over a file."""
        stream, report = path.read_bytes(), Report(path.name)
        is_version_1 = not any(isinstance(item, Packet) for item in decode(stream))
        pieces = stream.splitlines(keepends=True) if is_version_1 else [getattr(i, "raw", i) for i in decode(stream)]
        self.over(pieces, [TRANSLATE, LIST, COUNT] if is_version_1 else COMMANDS, report, is_version_1)
        return report

    def written_by(self, script):
        """Compares over the results of a test script in shell, which subunit-exec runs."""
        report, path = Report(script.name), f"{self.tools}:{os.environ['PATH']}"
        command = [self.tools / "subunit-exec", "--fd", "3", "--test-id", "script", "--", "sh", script]
        stream = subprocess.run(command, stdout=subprocess.PIPE, env=os.environ | {"PATH": path}, timeout=60).stdout
        self.over([item.raw for item in decode(stream)], COMMANDS, report)
        return report

    def over(self, pieces, commands, report, is_version_1=False):
        for command in commands:
            report.runs += 1
            try:
                self.run(b"".join(pieces), command, is_version_1, report.allowed)
            except Crash as crash:
                report.defects.append((b"".join(pieces), str(command), crash))
            except Defect:
                stream = b"".join(self.shrunk(pieces, command, is_version_1))
                try:
                    self.run(stream, command, is_version_1, collections.Counter())
                except Defect as defect:
                    report.defects.append((stream, str(command), defect))

    def run(self, stream, command, is_version_1, allowed):
        """Runs a command on both sides and compares."""
        ours, reference, fixup = list(command.arguments), list(command.for_reference or command.arguments), frozenset()
        given = stream
        with tempfile.NamedTemporaryFile() as file:
            if IDS in ours:
                fixup = expected_failures(stream, ours)
                file.write("".join(id + "\n" for id in sorted(fixup)).encode())
                file.flush()
                ours, reference = ([file.name if a == IDS else a for a in list_] for list_ in (ours, reference))
            if is_version_1 and command.tool != "subunit-1to2":
                given = run_reference("subunit-1to2", [], stream).output
                ours += ["--protocol", "1"]
            expected = run_reference(command.tool, reference, given)
            got = run_ours(self.tools, command.tool, ours, stream)
        case = Case(command.tool, list(command.arguments), given, expected, got, fixup)
        compare(case)
        case.allow(rows.REGEX, command.tool == "subunit-filter" and command.for_reference is not None)
        allowed.update(case.allowed)

    def shrunk(self, pieces, command, is_version_1, seconds=10):
        """Leaves out pieces as long as there is a defect, for some seconds."""
        end = time.monotonic() + seconds

        def fails(pieces):
            try:
                self.run(b"".join(pieces), command, is_version_1, collections.Counter())
            except Defect as defect:
                return not isinstance(defect, Crash)
            return False

        size = len(pieces) // 2
        while size and time.monotonic() < end:
            start = 0
            while start < len(pieces) and time.monotonic() < end:
                fewer = pieces[:start] + pieces[start + size :]
                if fewer and fails(fewer):
                    pieces = fewer
                else:
                    start += size
            size //= 2
        return pieces

    def damaged_2(self, chance, report):
        """No good test is lost, and damage is told."""
        pieces, good, is_real = generate.damaged_2(chance)
        stream = b"".join(pieces)
        listed = run_ours(self.tools, "subunit-ls", ["--no-passthrough"], stream)
        ids = listed.output.decode().splitlines()
        ids = [id for id in ids if not id.startswith("subunit.parser (")]
        self.expect(report, stream, "subunit-ls --no-passthrough", "the good tests", good, ids)
        failures = is_real or any(is_status(item, "fail") for item in decode(stream))
        self.expect(report, stream, "subunit-ls --no-passthrough", "exit status", int(failures), listed.status)
        kept = run_ours(self.tools, "subunit-filter", ["-s", "--xfail"], stream)
        items = decode(kept.output)
        packets = [item for item in items if isinstance(item, Packet) and item.id in good]
        expected = [item for item in decode(stream) if isinstance(item, Packet) and item.id in good]
        self.expect(report, stream, "subunit-filter -s --xfail", "the good packets", expected, packets)
        is_told = any(is_status(item, "fail") and item.id == "subunit.parser" for item in items)
        self.expect(report, stream, "subunit-filter -s --xfail", "whether damage is reported", is_real, is_told)

    def damaged_1(self, chance, report):
        """Interrupted tests of version 1 fail, in the end, and the others are what they were."""
        pieces, expected = generate.damaged_1(chance)
        stream = b"".join(pieces)
        output = run_ours(self.tools, "subunit-1to2", [], stream).output
        tests = [entry for entry in meaning(decode(output)).entries if isinstance(entry, Test)]
        self.expect(report, stream, "subunit-1to2", "the tests", sorted(expected), sorted((test.id, test.status) for test in tests))

    def expect(self, report, stream, command, what, expected, got):
        report.runs += 1
        if expected != got:
            report.defect(stream, command, what, expected, got)


def is_status(item, status):
    return isinstance(item, Packet) and item.status == status


def expected_failures(stream, arguments):
    """Every other id of the stream, under its new name; not of tests that never finish, of which the reference makes failures."""
    given = meaning(decode(stream))
    unfinished = {test.id for test in given.unfinished + given.loose}
    ids = {entry.id for entry in given.entries if isinstance(entry, Test)} - unfinished
    renamed = {id.replace("pkg.", "new.", 1) if "--rename" in arguments else id for id in ids}
    return frozenset(sorted(id for id in renamed if "#" not in id)[::2])


def build(root):
    subprocess.run(["cargo", "build", "--quiet", "--release", "--locked", "--bins"], cwd=root, check=True)
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", root / "target")) / "release"


def main(root):
    parser = argparse.ArgumentParser(prog="differential", description="Compare our tools with python-subunit's.")
    parser.add_argument("--seed", type=int, default=1, help="seed of the generated streams (%(default)s)")
    parser.add_argument("--count", type=int, default=4000, help="number of generated streams (%(default)s)")
    parser.add_argument("--tools", type=pathlib.Path, help="folder of our tools (built in release mode when not given)")
    parser.add_argument("--page", type=pathlib.Path, default=root / "man" / "subunit-compat.7", help="the page that lists the differences")
    parser.add_argument("files", nargs="*", type=pathlib.Path, metavar="FILE", help="streams, TAP, or folders of such to use instead")
    arguments = parser.parse_args()
    missing = rows.missing(arguments.page.read_text() if arguments.page.exists() else "")
    if missing:
        print(f"{arguments.page} lacks these differences:", *missing, sep="\n", file=sys.stderr)
        return 1
    comparison = Comparison((arguments.tools or build(root)).resolve(), arguments.seed)
    data = root / "tests" / "data"
    files = list(inside(arguments.files)) or [data / name for name in RECORDED + RECORDED_TAP]
    files, tap_files = [file for file in files if not tap.is_tap(file)], [file for file in files if tap.is_tap(file)]
    count = 0 if arguments.files else arguments.count
    print(f"seed {arguments.seed}, {count} generated streams, and {', '.join(file.name for file in files) or 'no recorded ones'}, {len(tap_files)} files of TAP", flush=True)
    began = time.monotonic()
    with multiprocessing.Pool(os.cpu_count()) as pool:
        reports = pool.map(comparison.recorded, files, 1) + pool.map(comparison.generated, range(count), 20)
    reports.append(comparison.written_by(data / SCRIPT))
    reports.append(output.compare_all(comparison.tools, Report("subunit-output")))
    reports.append(converters.compare_all(comparison.tools, arguments.seed, Report("converters")))
    reports.append(Report("tap"))
    tap.compare_all(root, comparison.tools, arguments.seed, int(TAP_SHARE * count), tap_files, reports[-1])
    return tell(reports, root / "target" / "differential", time.monotonic() - began)


def inside(paths):
    """The files named, and those of TAP and of subunit in the folders named."""
    for path in paths:
        if path.is_dir():
            yield from (file for file in sorted(path.rglob("*")) if tap.is_tap(file) or file.suffix == ".subunit")
        else:
            yield path


def tell(reports, work, seconds):
    allowed, told = collections.Counter(), 0
    for report in reports:
        allowed.update(report.allowed)
        for number, (stream, command, defect) in enumerate(report.defects, 1):
            told += 1
            if told > MOST_TOLD:
                continue
            saved = work / f"{report.name}-{number}.stream"
            saved.write_bytes(stream)
            print(f"\n{command} < {saved}\n  {defect.what}\n  expected {short(defect.expected)}\n  got      {short(defect.got)}")
    if told > MOST_TOLD:
        print(f"\n... and {told - MOST_TOLD} more")
    print("\ndifferences on purpose:")
    for row in [*rows.ALL, *tap.EXCEPTIONS, *tap.DISAGREE.values()]:
        print(f"{allowed[row]:7} {row.split(' | ')[0]}")
    runs = sum(report.runs for report in reports)
    print(f"\n{runs} comparisons in {seconds:.0f} s, {told} defects")
    return 1 if told else 0


def short(value):
    if isinstance(value, Packet):
        value = dataclasses.replace(value, raw=value.raw[:20])
    text = str(value) if isinstance(value, Test) else repr(value)
    return text if len(text) < 400 else text[:400] + "..."
