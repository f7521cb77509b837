"""Compares what two outputs mean. What differs on purpose is let pass under the name of its row, the rest is a defect."""

import argparse
import collections
import dataclasses
import datetime
import email.message
import re

import rows
from decode import Packet, Test, Text, add_text, decode, meaning, shown
from html_page import compare_html
from junit import compare_junit
from pyunit import compare_pyunit
from table import compare_csv, is_crash_of_csv
from tracing import compare_trace, is_crash_of_trace
from version_1 import compare_2to1


class Defect(Exception):
    """A difference that is not on purpose."""

    def __init__(self, what, expected, got):
        super().__init__(what, expected, got)
        self.what, self.expected, self.got = what, expected, got


class Crash(Defect):
    """The reference ended in an exception."""


@dataclasses.dataclass
class Case:
    """One command over one stream."""

    tool: str
    arguments: list
    stream: bytes
    expected: object
    got: object
    #: The ids in the file that --fixup-expected-failures names.
    fixup: frozenset = frozenset()
    #: How often each row was needed.
    allowed: collections.Counter = dataclasses.field(default_factory=collections.Counter)

    def allow(self, row, count=1):
        if count:
            self.allowed[row] += int(count)

    def refuse(self, what, expected, got):
        raise Defect(what, expected, got)

    def check(self, what, expected, got):
        if expected != got:
            self.refuse(what, expected, got)


def compare(case):
    """Raises a Defect when the two sides of a case differ in more than the rows allow."""
    if case.expected.status is None and not any(is_known(case) for is_known in KNOWN_CRASHES):
        raise Crash("the reference crashed: keep such streams out", case.expected.errors, case.got.errors)
    {
        "subunit-1to2": compare_1to2,
        "subunit-2to1": compare_2to1,
        "subunit-filter": compare_filter,
        "subunit-ls": compare_ls,
        "subunit-stats": compare_stats,
        "subunit-tags": compare_tags,
        "subunit-trace": compare_trace,
        "subunit2csv": compare_csv,
        "subunit2html": compare_html,
        "subunit2junitxml": compare_junit,
        "subunit2pyunit": compare_pyunit,
    }[case.tool](case)


def check_sequence(case, what, expected, got):
    """Both hold the same tests and text in the same order; the fields of tests come later."""

    def key(entry):
        return (entry.id, entry.status) if isinstance(entry, Test) else entry

    for index in range(max(len(expected), len(got))):
        left, right = (list_[index] if index < len(list_) else None for list_ in (expected, got))
        if left is None or right is None or key(left) != key(right):
            nothing = "nothing more"
            case.refuse(f"{what}, number {index + 1}", left or nothing, right or nothing)


def check_files(case, test, left, right, mime_row):
    case.check(f"attachments of {test}", sorted(left), sorted(right))
    for name, (mime, data) in left.items():
        other_mime, other_data = right[name]
        case.check(f"attachment {name!r} of {test}", data, other_data)
        if parsed(mime) != parsed(other_mime):
            mime_row(name, mime, other_mime)


def parsed(mime):
    """A MIME type as a value: the type and its parameters in no order."""
    if mime is None:
        return None
    message = email.message.Message()
    message["content-type"] = mime
    main, *parameters = message.get_params()
    return main[0].lower(), dict(parameters)


# subunit-1to2


def compare_1to2(case):
    case.check("exit status", case.expected.status, case.got.status)
    ours = decode(case.got.output)
    raw = [item for item in ours if not isinstance(item, Packet)]
    case.check("bytes outside of packets", [], raw)
    left, right = meaning(decode(case.expected.output)), meaning(ours)
    for entries in (left.entries, left.begins):
        for entry in entries:
            if isinstance(entry, Text) and entry.name is None:
                entry.name = "stdout"
                case.allow(rows.TEXT_IN_1TO2)
    check_sequence(case, "tests and text by their starts", left.begins, right.begins)
    check_sequence(case, "tests and text", left.entries, right.entries)
    check_sequence(case, "unfinished tests", left.unfinished, right.unfinished)
    for expected, got in zip(left.entries, right.entries, strict=True):
        if isinstance(expected, Test):
            compare_translated(case, expected, got)


def compare_translated(case, expected, got):
    for field in ("tags", "runnable", "route"):
        case.check(f"{field} of {got}", getattr(expected, field), getattr(got, field))
    for field in ("began", "stop"):
        left, right = getattr(expected, field), getattr(got, field)
        if right is None and left and case.expected.began - 1 < left[0] < case.expected.ended + 1:
            case.allow(rows.NO_TIME)
        else:
            case.check(f"{field} of {got}", left, right)
    left, right = dict(expected.files), dict(got.files)
    lost = left.get("traceback", (None, b""))[1]
    if b"lost connection during " in lost and "reason" in right and is_cut_off(case, got.id):
        del left["traceback"]
        case.check("details of a test that was cut off", True, right.pop("reason")[1].startswith(b"the input ended"))
        case.allow(rows.CUT_OFF)
        # What came of its details so far is in the stream, too.
        right = {name: file for name, file in right.items() if file[1] not in case.stream}

    def mime_row(name, mime, other):
        bracketed = ("text/x-traceback", {"charset": "utf8"}), ("text/x-traceback", {"charset": "utf8", "language": "python"})
        if name == "traceback" and (parsed(mime), parsed(other)) == bracketed:
            case.allow(rows.TRACEBACK_TYPE)
        else:
            case.refuse(f"MIME type of {name!r} of {got}", mime, other)

    check_files(case, got, left, right, mime_row)


def is_cut_off(case, id):
    """Whether the last test that began in a version 1 stream is this one."""
    began = re.findall(rb"^test(?:ing)?:* (.*)$", case.stream, re.MULTILINE)
    return bool(began) and began[-1].decode() == id


# subunit-tags


def compare_tags(case):
    case.check("exit status", case.expected.status, case.got.status)
    given, expected, got = (with_joined_text(decode(stream)) for stream in (case.stream, case.expected.output, case.got.output))
    case.check("number of packets", len(expected), len(got))
    for source, left, right in zip(given, expected, got, strict=True):
        case.check("bytes outside of packets", True, isinstance(right, Packet))
        if right.id is None and "--text" not in case.arguments:
            case.check("tags of a packet without a test", source.tags, right.tags)
            case.allow(rows.TAGS_TEXT, left.tags != right.tags)
            left = dataclasses.replace(left, tags=right.tags)
        if right.tags == frozenset() and left.tags is None or left.time != right.time:
            case.allow(rows.TAGS_ANEW)
        case.check("a packet", comparable(left), comparable(right))


def comparable(packet):
    """A packet without what the reference alters: the finest digits of times, and an empty list of tags."""
    return dataclasses.replace(packet, raw=b"", time=rounded_time(packet.time), tags=packet.tags or None)


def rounded_time(time):
    """A time as the reference rounds it."""
    if time is None:
        return None
    since = datetime.timedelta(seconds=time[0], microseconds=time[1] / 1000)
    return since.days * 86400 + since.seconds, since.microseconds * 1000


def with_joined_text(items):
    """Items with text as packets of a file `stdout`, each as long as it goes on."""
    joined = []
    for item in items:
        if not isinstance(item, Packet):
            item = Packet(b"", None, None, None, None, True, None, ("stdout", item), False, None)
        last = joined[-1] if joined else None
        if last and is_text_of(last, item):
            item = dataclasses.replace(item, file=("stdout", last.file[1] + item.file[1]))
            joined.pop()
        joined.append(dataclasses.replace(item, raw=b""))
    return joined


def is_text_of(last, item):
    """Whether text goes on with the text before it."""
    names = {packet.file and packet.file[0] for packet in (last, item)}
    without_file = [dataclasses.replace(packet, raw=b"", file=None) for packet in (last, item)]
    return last.id is None and names == {"stdout"} and without_file[0] == without_file[1] and not last.eof


# subunit-filter


def filter_options(arguments):
    """The options of subunit-filter that are used here."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("-e", "-f", "-s", "-F", "--no-error", "--no-failure", "--success", "--no-success"):
        parser.add_argument(name, action="store_true")
    for name in ("--no-skip", "--xfail", "--no-xfail", "--passthrough", "--no-passthrough"):
        parser.add_argument(name, action="store_true")
    for name in ("--with-tag", "--without-tag", "--fixup-expected-failures"):
        parser.add_argument(name, action="append", default=[])
    parser.add_argument("-m", "--with", dest="with_pattern", action="append", default=[])
    parser.add_argument("--without", dest="without_pattern", action="append", default=[])
    parser.add_argument("--rename", nargs=2, action="append", default=[])
    return parser.parse_args(arguments)


class Rules:
    """The rules for what the reference does not judge: tests that exist, unexpected successes, packets without a test."""

    def __init__(self, case):
        self.options = filter_options(case.arguments)
        self.fixup = case.fixup
        self.with_pattern = compiled(self.options.with_pattern)
        self.without_pattern = compiled(self.options.without_pattern)

    def renamed(self, id):
        for pattern, new in self.options.rename:
            id = re.sub(pattern, new, id)
        return id

    def corrected(self, id, status):
        corrections = {"fail": "xfail", "success": "uxsuccess"}
        return corrections.get(status, status) if self.renamed(id) in self.fixup else status

    def keep(self, test):
        texts = [data.decode(errors="replace") for mime, data in test.files.values() if (mime or "").startswith("text/")]
        texts.append(self.renamed(test.id))
        matches = not self.with_pattern or any(map(self.with_pattern.search, texts))
        is_out = self.without_pattern and any(map(self.without_pattern.search, texts))
        return matches and not is_out and self.meets_tags(test.tags)

    def meets_tags(self, tags):
        return tags.issuperset(self.options.with_tag) and tags.isdisjoint(self.options.without_tag)

    def lost_tags(self, test):
        """Whether a test had the tags that it should have, and lost some."""
        wanted = frozenset(self.options.with_tag)
        return not wanted <= test.tags and any(wanted <= tags for tags in test.former_tags)

    def passes_text(self):
        return not (self.options.no_passthrough or self.options.F)


def compiled(patterns):
    return re.compile("|".join(patterns), re.MULTILINE) if patterns else None


def compare_filter(case):
    case.check("exit status", case.expected.status, case.got.status)
    rules = Rules(case)
    source, ours = decode(case.stream), decode(case.got.output)
    check_untouched(case, rules, source, ours)
    given = meaning(source)
    left, right = meaning(decode(case.expected.output)), meaning(with_rounded_times(case, ours))
    right.entries, right.unfinished = (without_lost_tags(case, rules, list_) for list_ in (right.entries, right.unfinished))
    left.entries = without_unfinished(case, rules, given, left.entries, right)
    left.entries = with_every_rename(case, rules, left.entries)
    left.entries = without_uxsuccess(case, rules, given, left.entries)
    right.entries = without_exists(case, rules, given, right.entries)
    if rules.passes_text():
        left.entries = without_tagged_text(case, rules, left.entries)
    else:
        right.entries = without_global_files(case, rules, given, right.entries)
    left, right = joined(left.entries), joined(right.entries)
    check_sequence(case, "tests and text", left, right)
    for expected, got in zip(left, right, strict=True):
        if isinstance(expected, Test):
            compare_kept(case, expected, got)


def check_untouched(case, rules, source, ours):
    """Our packets came in, those of each test in this order, and are the same to the byte but for a new id or status."""
    came = collections.defaultdict(list)
    for packet in source:
        if isinstance(packet, Packet):
            new = corrected(rules, packet)
            came[new.id, new.route].append(new)
    came = {key: iter(packets) for key, packets in came.items()}
    for item in ours:
        if not isinstance(item, Packet):
            case.refuse("bytes outside of packets", b"", item)
        is_text = item.id is None and item.file and item.file[0] == "stdout"
        without_bytes = dataclasses.replace(item, raw=b"")
        if not is_text and not any(packet in (item, without_bytes) for packet in came.get((item.id, item.route), ())):
            case.refuse("a packet that did not come in, or not in this order", "packets of the input", item)


def corrected(rules, packet):
    """A packet with its new id and status; when they are new, its bytes are not told."""
    if packet.id is None:
        return packet
    new = dataclasses.replace(packet, id=rules.renamed(packet.id), status=rules.corrected(packet.id, packet.status))
    return packet if new == packet else dataclasses.replace(new, raw=b"")


def with_rounded_times(case, items):
    """Our packets without a test id, with times as the reference rounds them."""

    def rounded(item):
        if item.id is not None or item.time is None:
            return item
        time = rounded_time(item.time)
        case.allow(rows.TEXT_TIMES, time != item.time)
        return dataclasses.replace(item, time=time)

    return [rounded(item) for item in items]


def without_lost_tags(case, rules, entries):
    """Takes out tests that had a tag for --with-tag and lost it, which the reference drops."""
    kept = [entry for entry in entries if not (isinstance(entry, Test) and rules.lost_tags(entry))]
    case.allow(rows.LOST_TAGS, len(entries) - len(kept))
    return kept


def without_unfinished(case, rules, given, entries, right):
    """Takes out the tests that never finished, and attachments of no test: the reference makes failures of them, at the end."""
    def failed(entries):
        return collections.Counter(entry.id for entry in entries if isinstance(entry, Test) and entry.status == "fail")

    loose = collections.Counter(rules.renamed(test.id) for test in given.loose)
    more, entries, found = failed(entries) - failed(right.entries), list(entries), collections.Counter()
    while entries and more[getattr(entries[-1], "id", None)]:
        id = entries.pop().id
        more[id] -= 1
        found[id] += 1
    unfinished = collections.Counter(test.id for test in right.unfinished)
    phantoms = found - unfinished
    if unfinished - found or phantoms - loose:
        case.refuse("unfinished tests", found, unfinished)
    case.allow(rows.UNFINISHED, unfinished.total())
    case.allow(rows.LOOSE, phantoms.total())
    return entries


def with_every_rename(case, rules, entries):
    """Renames what the reference does not."""

    def renamed(entry):
        if not isinstance(entry, Test) or entry.status not in ("skip", "xfail", "uxsuccess"):
            return entry
        id = rules.renamed(entry.id)
        case.allow(rows.RENAME, id != entry.id)
        return dataclasses.replace(entry, id=id)

    return [renamed(entry) for entry in entries]


def without_uxsuccess(case, rules, given, entries):
    """Takes out the unexpected successes that the rules do not keep; the reference keeps them all."""

    def is_given(entry):
        return isinstance(entry, Test) and rules.corrected(entry.id, entry.status) == "uxsuccess"

    came = iter([entry for entry in given.entries if is_given(entry)])
    kept = []
    for entry in entries:
        if isinstance(entry, Test) and entry.status == "uxsuccess":
            test = next(came, None)
            case.check("unexpected successes", test and rules.renamed(test.id), entry.id)
            if not rules.keep(test):
                case.allow(rows.UXSUCCESS)
                continue
        kept.append(entry)
    return kept


def without_exists(case, rules, given, entries):
    """Takes out the tests that exist, which the reference drops, if they are those that the rules keep."""

    def is_exists(entry):
        return isinstance(entry, Test) and entry.status == "exists"

    expected = [rules.renamed(entry.id) for entry in given.entries if is_exists(entry) and rules.keep(entry)]
    got = [entry.id for entry in entries if is_exists(entry)]
    case.check("tests that exist", expected, got)
    case.allow(rows.EXISTS, len(got))
    return [entry for entry in entries if not is_exists(entry)]


def without_tagged_text(case, rules, entries):
    """Takes out files without a test that the tag rules drop; the reference keeps them all."""

    def is_kept(entry):
        return not isinstance(entry, Text) or entry.tags is None or rules.meets_tags(entry.tags)

    kept = [entry for entry in entries if is_kept(entry)]
    case.allow(rows.GLOBAL_TAGS, len(entries) - len(kept))
    return kept


def without_global_files(case, rules, given, entries):
    """Takes out files without a test, which the reference drops with the text, if they are those that the rules keep."""

    def content(entries):
        kept = [entry for entry in entries if isinstance(entry, Text) and entry.name is not None]
        return [(entry.name, entry.data, entry.route) for entry in joined(kept)]

    given = [e for e in given.entries if isinstance(e, Text) and (e.tags is None or rules.meets_tags(e.tags))]
    expected, got = content(given), content(entries)
    case.check("files without a test", expected, got)
    case.allow(rows.NO_PASSTHROUGH, len(got))
    return [entry for entry in entries if not (isinstance(entry, Text) and entry.name is not None)]


def joined(entries):
    """The entries, with text that stands together now as one."""
    result = []
    for entry in entries:
        if isinstance(entry, Text):
            add_text(result, dataclasses.replace(entry))
        else:
            result.append(entry)
    return result


def compare_kept(case, expected, got):
    """Compares the fields of a test. Where the reference loses some, ours are those of the input: the bytes were compared."""
    case.check(f"tags of {got}", expected.tags, got.tags)
    lossy = ("route", "began", "start", "stop", "runnable")
    changed = [field for field in lossy if getattr(expected, field) != getattr(got, field)]
    right = {name: file for name, file in got.files.items() if file[1]}
    case.allow(rows.UNTOUCHED, bool(changed) or len(right) != len(got.files))
    check_files(case, got, expected.files, right, lambda *_: case.allow(rows.UNTOUCHED))


# subunit-ls


def is_crash_of_ls(case):
    error = "AttributeError: 'int' object has no attribute 'seconds'"
    return case.tool == "subunit-ls" and "--times" in case.arguments and case.expected.errors == error


KNOWN_CRASHES = [is_crash_of_ls, is_crash_of_csv, is_crash_of_trace]


def compare_ls(case):
    """Ours must be what the stream itself says; then each difference from the reference needs its row."""
    given = meaning(decode(case.stream))
    body = [listed(case, entry) for entry in given.entries]
    pieces = body + [listed(case, test) for test in given.unfinished]
    body, truth = b"".join(body), b"".join(pieces)
    ours = on_lines_of_their_own(pieces, [*given.entries, *given.unfinished])
    case.allow(rows.OWN_LINE, ours != truth)
    case.check("the list, against the stream", ours.splitlines(), case.got.output.splitlines())
    expected = with_escapes(case, given)
    left, right, body = (without_times(case, text) for text in (expected, truth, body))
    if is_crash_of_ls(case):
        case.check("the list, up to where the reference crashed", True, right.startswith(left))
        case.allow(rows.LS_TIMES)
        return
    case.check("the list of finished tests", body.splitlines(), left[: len(body)].splitlines())
    check_list_of_unfinished(case, given, left[len(body) :], right[len(body) :])
    if left == right and expected != truth:
        case.allow(rows.LS_TIMES)
    check_ls_status(case, given)


def on_lines_of_their_own(pieces, entries):
    """The pieces of a list in one, with a newline between text that has none at its end and a test."""
    output = b""
    for piece, entry in zip(pieces, entries):
        if piece and isinstance(entry, Test) and not output.endswith(b"\n") and output:
            output += b"\n"
        output += piece
    return output


def with_escapes(case, given):
    """The list of the reference, with the ids in it as ours shows them."""
    output = case.expected.output
    for entry in given.entries + given.unfinished + given.loose:
        if isinstance(entry, Test) and shown(entry.id) != entry.id:
            escaped = output.replace(entry.id.encode(), shown(entry.id).encode())
            case.allow(rows.ESCAPES, escaped != output)
            output = escaped
    return output


def listed(case, entry):
    if isinstance(entry, Text):
        return b"" if "--no-passthrough" in case.arguments else entry.data
    if entry.status == "exists" and "--exists" not in case.arguments:
        return b""
    if "--times" not in case.arguments:
        return f"{shown(entry.id)}\n".encode()
    nanoseconds = 0
    if entry.start and entry.stop:
        nanoseconds = (entry.stop[0] - entry.start[0]) * 10**9 + entry.stop[1] - entry.start[1]
    return f"{shown(entry.id)} {nanoseconds / 1e9:.3f}\n".encode()


def without_times(case, text):
    return re.sub(rb" -?\d+\.\d{3}$", b"", text, flags=re.MULTILINE) if "--times" in case.arguments else text


def check_list_of_unfinished(case, given, left, right):
    tests = [entry for entry in given.entries if isinstance(entry, Test)] + given.unfinished + given.loose
    routes = collections.defaultdict(set)
    for test in tests:
        routes[shown(test.id)].add(test.route)
    loose = {shown(test.id) for test in given.loose}

    def compared(lines, row, ids):
        kept = [line for line in lines if line not in ids]
        case.allow(row, len(lines) - len(kept))
        return kept

    left, right = left.decode().splitlines(), right.decode().splitlines()
    left = compared(left, rows.LOOSE, loose - set(right))
    if left != right:
        shared = {id for id, codes in routes.items() if len(codes) > 1}
        left, right = (compared(lines, rows.LS_UNFINISHED, shared) for lines in (left, right))
    case.check("the list of unfinished tests", left, right)


def check_ls_status(case, given):
    statuses = {entry.status for entry in given.entries if isinstance(entry, Test)}
    is_failure = bool(given.unfinished) or "fail" in statuses
    expected, got = case.expected.status, case.got.status
    if (expected, got, is_failure) == (0, 1, False) and "uxsuccess" in statuses:
        case.allow(rows.UXSUCCESS_FAILS)
    elif (expected, got, is_failure) == (1, 0, False) and given.loose and "uxsuccess" not in statuses:
        case.allow(rows.LOOSE)
    else:
        case.check("exit status", expected, got)


# subunit-stats


def compare_stats(case):
    """Either side must be what the stream itself says, as that side counts."""
    given = meaning(decode(case.stream))
    text = b"".join(listed(case, entry) for entry in given.entries if isinstance(entry, Text))
    tests = [entry for entry in given.entries if isinstance(entry, Test) and entry.status != "exists"] + given.unfinished
    ours, failed = counted(tests, ["fail", "uxsuccess", "inprogress"])
    is_unfinished = text and not text.endswith(b"\n")
    case.allow(rows.OWN_LINE, bool(is_unfinished))
    ours = b"\n" + ours if is_unfinished else ours
    case.check("the report, against the stream", (text + ours, failed), (case.got.output, case.got.status))
    theirs, failed = counted(tests + given.loose, ["fail", "inprogress", None])
    case.check("the report of the reference", (text + theirs, failed), (case.expected.output, case.expected.status))
    case.allow(rows.STATS_UXSUCCESS, any(test.status == "uxsuccess" for test in tests))
    case.allow(rows.LOOSE, bool(given.loose))


def counted(tests, failures):
    """The report and the exit status for these tests, when those statuses are failures."""
    failed = sum(test.status in failures for test in tests)
    skipped = sum(test.status == "skip" for test in tests)
    tags = ", ".join(sorted(set().union(*(test.tags for test in tests))))
    report = (
        f"Total tests:   {len(tests):5}\nPassed tests:  {len(tests) - failed - skipped:5}\n"
        f"Failed tests:  {failed:5}\nSkipped tests: {skipped:5}\nSeen tags: {tags}\n"
    )
    return report.encode(), int(failed > 0)
