"""Compares what subunit-trace shows with os-testr's: either side must be what the stream says, by the rules of that side."""

import argparse
import datetime
import re

import rows
from decode import Test, Text, decode, meaning, shown

BAD = ("fail", "uxsuccess", "inprogress", "unknown")
OUTPUT, TEXTS = ("stdout", "stderr"), ("stdout", "stderr", "traceback", "reason", "tap comment")
#: In which os-testr ends if an attachment of a failure is no text, or not in its character set.
CRASHES = ("ValueError: Not a text type ", "UnicodeDecodeError: ")
#: How long a run took, which is not the same on both sides.
ELAPSED = re.compile(rb"^(Ran: \d+ tests) in .*$", re.MULTILINE)


def is_crash_of_trace(case):
    return case.tool == "subunit-trace" and case.expected.errors.startswith(CRASHES)


def compare_trace(case):
    options = options_of(case.arguments)
    given = meaning(decode(case.stream))
    ours = Ours(options).output(given)
    case.check("the output, against the stream", ours.splitlines(True), case.got.output.splitlines(True))
    case.check("exit status", Ours(options).status(given), case.got.status)
    if is_crash_of_trace(case):
        tests = [entry for entry in given.entries if isinstance(entry, Test)] + given.unfinished + given.loose
        is_to_blame = any(not is_decodable(*file) for test in tests for file in test.files.items())
        case.check("a reason for os-testr to crash", True, is_to_blame)
        case.allow(rows.TRACE_CRASH)
        return
    theirs = Theirs(options)
    expected = ELAPSED.sub(rb"\1", theirs.output(given)).splitlines(True)
    got = ELAPSED.sub(rb"\1", case.expected.output).splitlines(True)
    got = [line for line in got if b"WARNING: missing Worker" not in line]
    if theirs.several_workers(given):
        # Any of them, in no order.
        expected, got = ([without_worker(line) for line in lines if b" - Worker" not in line] for lines in (expected, got))
    if len(given.unfinished) + len(given.loose) > 1:
        # os-testr takes those that began last first, and mixes both kinds.
        expected, got = (sorted(b"".join(lines) if options.abbreviate else lines) for lines in (expected, got))
    case.check("the output of os-testr", expected, got)
    if not given.loose:
        case.check("the exit status of os-testr", theirs.status(given), case.expected.status)
    count_rows(case, given, ours, options)


def count_rows(case, given, ours, options):
    tests = [entry for entry in given.entries if isinstance(entry, Test) and entry.status != "exists"]
    case.allow(rows.LOOSE, bool(given.loose))
    case.allow(rows.TRACE_UNFINISHED, bool(given.unfinished))
    case.allow(rows.TRACE_UXSUCCESS, any(test.status == "uxsuccess" for test in tests))
    case.allow(rows.TRACE_XFAIL, Ours(options).status(given) < Theirs(options).status(given))
    case.allow(rows.TRACE_WORKERS, any(test.route for test in tests) or Theirs(options).several_workers(given))
    case.allow(rows.TRACE_BRACKETS, any("[" in test.id for test in tests))
    case.allow(rows.TRACE_TEXT, b"\nCaptured " in ours)
    case.allow(rows.TRACE_REASON, any(test.status == "skip" and "\n" in Ours(options).reason(test) for test in tests))
    case.allow(rows.TRACE_TIMES, any(test.start for test in tests))
    case.allow(rows.ESCAPES, any(shown(test.id) != test.id for test in tests))


def options_of(arguments):
    parser = argparse.ArgumentParser()
    for short, long in (("-n", "--no-failure-debug"), ("-f", "--fails"), ("-a", "--abbreviate")):
        parser.add_argument(short, long, action="store_true")
    for name in ("--failonly", "--no-summary", "--color"):
        parser.add_argument(name, action="store_true")
    return parser.parse_args(arguments)


def is_text(name, file):
    return (file[0] or "").startswith("text/") or name in TEXTS


def is_decodable(name, file):
    try:
        return is_text(name, file) and file[1].decode() is not None
    except UnicodeDecodeError:
        return False


def without_worker(line):
    return re.sub(rb"^\{[^}]*\}", b"{}", line)


def numbered(label):
    name = label.rstrip("0123456789")
    return name, len(label) - len(name), label


class Rules:
    """What both sides do in the same way."""

    def __init__(self, options):
        self.options = options

    def output(self, given):
        tests = self.tests(given)
        if not tests:
            text = b"".join(entry.data for entry in given.entries if isinstance(entry, Text))
            return self.begun(text) + b"The test run didn't actually run any tests\n"
        output = b""
        for entry in [*given.entries, *self.left_over(given)]:
            if isinstance(entry, Text):
                output += entry.data
            elif entry.status != "exists":
                output = self.with_test(output, entry)
        output += self.fails(tests) if self.options.fails else b""
        output += b"" if self.options.no_summary else self.summary(tests).encode()
        return output + (b"" if self.passes(tests) else b"\nNo tests were successful during the run\n")

    def tests(self, given):
        return [entry for entry in given.entries if isinstance(entry, Test) and entry.status != "exists"] + self.left_over(given)

    def with_test(self, output, test):
        status, is_bad = self.status_of(test), self.status_of(test) in BAD
        if test.id == "process-returncode" or self.options.failonly and not self.is_told_of_failonly(status):
            return output
        if self.options.abbreviate:
            characters = {"success": ".", "xfail": ".", "fail": "F", "uxsuccess": "F", "skip": "S"}
            return output + characters.get(status, status[0]).encode()
        word = {"success": "ok", "xfail": "ok", "fail": "FAILED", "uxsuccess": "FAILED", "skip": "SKIPPED"}.get(status, status)
        duration = "" if status == "skip" else f"[{self.duration(test)}] "
        reason = self.told_reason(test) if status == "skip" else ""
        line = f"{{{self.label(test)}}} {self.name(test.id)} {duration}... {word}{reason}\n"
        output = self.begun(output) + line.encode()
        if is_bad and not self.options.no_failure_debug:
            output += self.captured(test, None)
        elif status in ("success", "xfail"):
            output += self.captured(test, OUTPUT)
        return output

    def captured(self, test, names):
        shown_files = b""
        for name, file in test.files.items():
            text = self.text(name, file)
            if text and (names is None or name in names):
                title = f"Captured {self.escaped(name)}:"
                lines = "".join(f"    {self.quoted(line)}\n" for line in text.split("\n"))
                shown_files += f"\n{title}\n{'~' * len(title)}\n{lines}".encode()
        return shown_files

    def fails(self, tests):
        fails = [test for test in tests if self.is_in_fails(test) and test.id != "process-returncode"]
        if not fails:
            return b""
        rule = "=" * 30
        output = f"\n{rule}\nFailed {len(fails)} tests - output below:\n{rule}\n".encode()
        for test in fails:
            id = self.escaped(test.id)
            output += f"\n{id}\n{'-' * len(id)}\n".encode() + self.captured(test, None)
        return output + b"\n"

    def summary(self, tests):
        count = lambda status: sum(test.status == status for test in tests)  # noqa: E731
        lines = ["", "======", "Totals", "======", f"Ran: {len(tests)} tests in {self.wall(tests):.4f} sec."]
        names = [("Passed", "success"), ("Skipped", "skip"), ("Expected Fail", "xfail"), ("Unexpected Success", "uxsuccess")]
        lines += [f" - {name}: {count(status)}" for name, status in [*names, ("Failed", "fail")]]
        lines += self.unfinished(count("inprogress"))
        lines += [f"Sum of execute time for each test: {self.busy(tests):.4f} sec.", ""]
        lines += ["=" * 14, "Worker Balance", "=" * 14]
        workers = {}
        for test in tests:
            workers.setdefault(self.label(test), []).append(test)
        for label, own in sorted(workers.items(), key=lambda worker: numbered(worker[0])):
            lines.append(f" - Worker {self.escaped(label)} ({len(own)} tests) => {self.span(own)}")
        return "\n".join(lines) + "\n"

    def status_of(self, test):
        return test.status or "unknown"


class Ours(Rules):
    escaped = staticmethod(shown)

    def left_over(self, given):
        return given.unfinished

    def begun(self, output):
        """The output up to a line of the tool, which begins on a line of its own."""
        return output + b"\n" if output and not output.endswith(b"\n") else output

    def is_told_of_failonly(self, status):
        return status in BAD

    def is_in_fails(self, test):
        return test.status in BAD

    def quoted(self, line):
        return line

    def name(self, id):
        uuid = "-".join("[0-9a-fA-F]{%d}" % length for length in (8, 4, 4, 4, 12))
        return shown(re.sub(rf"^([^\[\]]+)\[[^\]]*id-{uuid}[^\]]*\]", r"\1", id))

    def text(self, name, file):
        return file[1].decode(errors="replace") if is_text(name, file) else ""

    def reason(self, test):
        return test.files.get("reason", (None, b""))[1].decode(errors="replace").strip()

    def told_reason(self, test):
        reason = self.reason(test)
        return f": {shown(reason)}" if reason else ""

    def label(self, test):
        numbers = [tag[7:] for tag in test.tags if re.fullmatch("worker-[0-9]+", tag)]
        parts = (test.route or "").split("/")
        number = min(numbers, key=lambda number: (number in parts, len(number), number), default=None)
        if test.route is None:
            return number or "0"
        return shown(test.route) if number is None else f"{shown(test.route)}/{number}"

    def nanoseconds(self, start, stop):
        if start is None or stop is None or start > stop:
            return None
        return (stop[0] - start[0]) * 10**9 + stop[1] - start[1]

    def duration(self, test):
        took = self.nanoseconds(test.start, test.stop)
        return "" if took is None else f"{took // 10**9}.{took % 10**9 // 1000:06}s"

    def wall(self, tests):
        starts, stops = ([time for time in times if time] for times in zip(*((test.start, test.stop) for test in tests)))
        return seconds(self.nanoseconds(min(starts, default=None), max(stops, default=None)) or 0)

    def busy(self, tests):
        return seconds(sum(self.nanoseconds(test.start, test.stop) or 0 for test in tests))

    def unfinished(self, count):
        return [f" - Unfinished: {count}"] if count else []

    def span(self, tests):
        took = self.nanoseconds(tests[0].start, tests[-1].stop)
        return "N/A" if took is None else str(datetime.timedelta(seconds=took // 10**9, microseconds=took % 10**9 // 1000))

    def passes(self, tests):
        return any(test.status in ("success", "xfail") for test in tests)

    def status(self, given):
        tests = self.tests(given)
        return int(not self.passes(tests) or any(test.status in BAD for test in tests))


def seconds(nanoseconds):
    """As a float, as it is made of whole seconds and a rest."""
    return nanoseconds // 10**9 + nanoseconds % 10**9 / 1e9


class Theirs(Rules):
    def escaped(self, name):
        return name

    def left_over(self, given):
        return [*given.unfinished, *given.loose]

    def begun(self, output):
        return output

    def is_told_of_failonly(self, status):
        return status in ("fail", "uxsuccess")

    def is_in_fails(self, test):
        return test.status in ("fail", "uxsuccess")

    def quoted(self, line):
        return str(line.encode())

    def name(self, id):
        start, end = id.find("["), id.find("]")
        return id[:start] + id[end + 1 :] if 0 < start < end else id

    def text(self, name, file):
        return file[1].decode("latin-1" if "charset" not in (file[0] or "") else "utf-8")

    def told_reason(self, test):
        file = test.files.get("reason")
        return f": {self.text('reason', file)}" if file and file[1] else ""

    def workers(self, test):
        return [tag for tag in test.tags if tag.startswith("worker-")]

    def several_workers(self, given):
        return any(len(self.workers(test)) > 1 for test in self.tests(given))

    def label(self, test):
        return str(int(next(iter(self.workers(test)), "worker-0")[7:]))

    def delta(self, start, stop):
        return None if start is None or stop is None else as_datetime(stop) - as_datetime(start)

    def duration(self, test):
        took = self.delta(test.began, test.stop)
        return "" if took is None else "%d.%06ds" % (took.days * 86400 + took.seconds, took.microseconds)

    def wall(self, tests):
        return 0

    def busy(self, tests):
        return sum(float(self.duration(test).strip("s") or 0) for test in self.by_worker(tests))

    def by_worker(self, tests):
        """In the order in which os-testr adds them up."""
        return [test for label in dict.fromkeys(map(self.label, tests)) for test in tests if self.label(test) == label]

    def unfinished(self, count):
        return []

    def span(self, tests):
        took = self.delta(tests[0].began, tests[-1].stop)
        return "N/A" if took is None else str(took)

    def passes(self, tests):
        return any(test.status == "success" for test in tests)

    def status(self, given):
        tests = self.tests(given)
        return int(not self.passes(tests) or any(test.status in ("fail", "inprogress") for test in tests))


def as_datetime(time):
    return datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=time[0], microseconds=time[1] / 1000)
