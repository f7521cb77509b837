"""Compares reports of unittest: the lines of tests, the sections of failures, the counts, and the text on standard output."""

import re

import rows
from decode import Test, Text, decode, meaning, shown

#: What the reference puts before the attachments of a failure.
EXCEPTION = "testtools.testresult.real._StringException"
DOUBLE_LINE, LINE = "=" * 70 + "\n", "-" * 70 + "\n"
ENDED = re.compile(r"(.*) \.\.\. (ok|FAIL|skipped .*|expected failure|unexpected success|did not finish)")
WORDS = {
    "success": "ok",
    "fail": "FAIL",
    "inprogress": "did not finish",
    "skip": "skipped",
    "xfail": "expected failure",
    "uxsuccess": "unexpected success",
}


def compare_pyunit(case):
    given = meaning(decode(case.stream))
    finished = [entry for entry in given.entries if isinstance(entry, Test) and entry.status != "exists"]
    truth = [(shown(test.id), WORDS[test.status]) for test in [*finished, *given.unfinished]]
    ours, theirs = Report(case.got.errors), Report(case.expected.errors)
    if any(is_without_charset(*file) for test in finished for file in test.files.values()):
        case.allow(rows.CHARSET)
        ours, theirs = ours.in_ascii(), theirs.in_ascii()
    case.check("outcomes, against the stream", truth, [(id, "skipped" if words[:7] == "skipped" else words) for id, words in ours.ended])
    bad = [test for test in finished if test.status in ("fail", "uxsuccess")] + given.unfinished
    case.check("exit status", int(bool(bad)), case.got.status)
    started = sorted(shown(test.id) for test in [*finished, *given.unfinished])
    case.check("lines at the start of tests", started, sorted(ours.started))
    if given.loose:
        case.allow(rows.LOOSE)
    else:
        case.check("exit status of the reference", case.expected.status, case.got.status)
        case.check("the last line", theirs.counts, ours.counts)
    case.allow(rows.PYUNIT_UNFINISHED, len(given.unfinished))
    # The rest are unfinished tests and attachments of no test, which the reference reports in another order.
    count, failures = len(finished), sum(test.status == "fail" for test in finished)
    case.check("tests and outcomes", escaped(theirs.ended[:count]), ours.ended[:count])
    case.check("failures", escaped(theirs.failures[:failures]), ours.failures[:failures])
    case.check("unexpected successes", [shown(id) for id in theirs.successes], ours.successes)
    case.allow(rows.PYUNIT_STARTS, theirs.started != ours.started and not given.unfinished)
    case.allow(rows.PYUNIT_EXCEPTION, failures)
    case.allow(rows.ESCAPES, any(shown(id) != id for id, _ in theirs.ended))
    case.allow(rows.PYUNIT_TIME)
    text = b"".join(entry.data for entry in given.entries if isinstance(entry, Text))
    text = b"" if "--no-passthrough" in case.arguments else text
    case.check("text, against the stream", text, case.got.output)
    if text != case.expected.output:
        case.check("text of the reference, decoded", text.decode(errors="replace"), case.expected.output.decode(errors="replace"))


def is_without_charset(mime, data):
    return (mime or "").startswith("text/") and "charset" not in mime and not data.isascii()


def in_ascii(text):
    return re.sub(r"(?:[^\x00-\x7f]|\\x[89ab].|\\u....)+", "?", text)


def escaped(pairs):
    return [(shown(id), words) for id, words in pairs]


class Report:
    """What a report says."""

    def __init__(self, text):
        listed, *sections = re.split(f"\n?{re.escape(DOUBLE_LINE)}", text.replace("\r\n", "\n"))
        last = sections.pop() if sections else listed
        last, end = last.rsplit(LINE, 1)
        if sections or text != listed:
            sections.append(last)
        else:
            listed = last
        self.ran, _, self.counts, _ = end.split("\n")
        assert re.fullmatch(r"Ran \d+ tests? in \d+\.\d{3}s", self.ran), self.ran
        self.started, self.ended, self.failures, self.successes = [], [], [], []
        for line in listed.split("\n"):
            ended = ENDED.fullmatch(line)
            if ended:
                self.ended.append(ended.groups())
            elif line:
                self.started.append(line)
        for section in sections:
            self.section(section)

    def in_ascii(self):
        """The same, with everything in attachments and reasons that is not ASCII as a question mark."""
        for pairs in (self.ended, self.failures):
            pairs[:] = [(id, in_ascii(text)) for id, text in pairs]
        return self

    def section(self, section):
        if section.startswith("UNEXPECTED SUCCESS: "):
            self.successes = re.findall(r"^UNEXPECTED SUCCESS: (.*)$", section, re.M)
            return
        heading, content = section.split(LINE, 1)
        id = heading.split("\n")[0].removeprefix("FAIL: ")
        content = content.removeprefix(EXCEPTION).removeprefix(": ")
        self.failures.append((id, content.strip("\n")))
