"""Compares reports in JUnit XML: ours with what the stream says, by a schema and by junitparser, and the reference's with both."""

import collections
import pathlib
import re

import junitparser
import rows
from decode import Test, decode, meaning
from lxml import etree

SCHEMA = etree.XMLSchema(etree.parse(pathlib.Path(__file__).parents[2] / "tests" / "data" / "junit.xsd"))
#: Files of these names are text, whatever their type.
TEXTS = ("stdout", "stderr", "traceback", "reason")
#: What a test that did not simply pass has in its case, ours and the reference's.
OUTCOMES = {"fail": "failure", "uxsuccess": "failure", "skip": "skipped", "inprogress": "error"}
ANSI = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x00-\x1f]*(\x07|\x1b\\)|[ -/]*[0-~])")
NO_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def compare_junit(case):
    given = meaning(decode(case.stream))
    tests = [entry for entry in given.entries if isinstance(entry, Test) and entry.status != "exists"] + given.unfinished
    ours = checked_report(case)
    check_suites(case, ours, tests)
    found = [found for suite in ours.iter("testsuite") for found in suite.iter("testcase")]
    check_cases(case, tests, found)
    check_reference(case, given, tests, etree.fromstring(case.expected.output))
    fails = any(test.status in ("fail", "uxsuccess", "inprogress") for test in tests)
    case.check("exit status", int(fails), case.got.status)
    case.allow(rows.LOOSE, case.expected.status != case.got.status and bool(given.loose))


def checked_report(case):
    """Our report, if the schema holds and junitparser reads the same out of it."""
    report = etree.fromstring(case.got.output)
    case.check("the schema", "", "" if SCHEMA.validate(report) else str(SCHEMA.error_log))
    parsed = junitparser.JUnitXml.fromstring(case.got.output)
    suites = list(parsed) if isinstance(parsed, junitparser.JUnitXml) else [parsed]
    for suite, element in zip(suites, report.iter("testsuite"), strict=True):
        told = suite.tests, suite.failures, suite.errors, suite.skipped
        results = [[result._tag for result in test.result] for test in suite]
        counted = [sum(name in result for result in results) for name in ("failure", "error", "skipped")]
        case.check("the counts of a suite, read by junitparser", (len(results), *counted), told)
        names = [(test.classname, test.name, test.time) for test in suite]
        same = [(test.get("classname"), test.get("name"), float(test.get("time"))) for test in element.iter("testcase")]
        case.check("the cases of a suite, read by junitparser", same, names)
    return report


def check_suites(case, report, tests):
    counts = collections.Counter(OUTCOMES.get(test.status) for test in tests)
    expected = {"tests": len(tests), "failures": counts["failure"], "errors": counts["error"], "skipped": counts["skipped"]}
    suites = list(report.iter("testsuite"))
    case.check("the counts of all suites", expected, {name: sum(int(s.get(name)) for s in suites) for name in expected})
    for name, field in (("tag", "tags"), ("route", "route")):
        values = [getattr(test, field) for test in tests]
        values = set().union(*values) if field == "tags" else {value for value in values if value is not None}
        found = [suite.findall(f"properties/property[@name='{name}']") for suite in suites]
        case.check(f"the properties {name} of a suite are one", True, all(len(elements) < 2 for elements in found))
        listed = set().union(*(element.get("value").split(", ") for elements in found for element in elements))
        case.check(f"the properties {name}", set().union(*(clean(value).split(", ") for value in values)), listed)
    if "--suite-by" not in case.arguments:
        seconds = [test.start for test in tests if test.start], [test.stop for test in tests if test.stop]
        expected = duration(min(seconds[0]), max(seconds[1])) if all(seconds) else "0.000"
        case.check("the time of the suite", expected, report.get("time"))


def check_cases(case, tests, found):
    """Each test has its case; without several suites, in this order."""
    expected = [expected_case(test) for test in tests]
    ids = {case[0] for case in expected}
    got = [shown(element, ids) for element in found]
    if "--suite-by" in case.arguments:
        expected, got = sorted(expected), sorted(got)
    for left, right in zip(expected, got, strict=True):
        case.check(f"the test case {left[0]}", left, right)


def expected_case(test):
    """What a case must say: the whole id, time, outcome, and all texts."""
    texts = {name: text_of(name, file) for name, file in test.files.items() if file[1]}
    out, err = (printed([texts.pop(name)]) if name in texts else "" for name in ("stdout", "stderr"))
    outcome, inside = OUTCOMES.get(test.status, ""), ""
    if test.status == "skip":
        inside = texts.pop(reason(texts), "")
    elif outcome:
        inside, texts = others(test, texts), {}
    out += others(test, texts)
    tags = [tag for tags in test.tags for tag in clean(tags).split(", ")]
    lines = ([f"route={clean(test.route)}"] if test.route is not None else []) + [f"tag={tag}" for tag in tags]
    return clean(test.id), duration(test.start, test.stop), outcome, inside, out, err, sorted(lines)


def reason(texts):
    """Which of the texts says why a test was skipped."""
    telling = [name for name, text in texts.items() if text]
    return "reason" if "reason" in telling else telling[0] if len(telling) == 1 else None


def shown(element, ids):
    properties = []

    def text(name):
        found = element.find(name)
        return "" if found is None else found.text or ""

    def taken(match):
        values = match[2].split(", ") if match[1] == "tag" else [match[2]]
        properties.extend(f"{match[1]}={value}" for value in values)
        return ""

    out = re.sub(r"\[\[PROPERTY\|(route|tag)=(.*)\]\]\n", taken, text("system-out"))
    outcome = next((child.tag for child in element if child.tag in OUTCOMES.values()), "")
    inside = text(outcome) if outcome else ""
    return test_id(element, ids), element.get("time"), outcome, inside, out, text("system-err"), sorted(properties)


def test_id(element, ids):
    """The id that was split: the one of the stream's that classname and name can be of."""
    classname, name = element.get("classname"), element.get("name")
    candidates = [f"{classname}{separator}{name}" for separator in (".", "/", "::")]
    if classname == element.getparent().get("name"):
        candidates.append(name)
    return next((id for id in candidates if id in ids), f"{classname} and {name}")


def is_path(name, classname):
    return name.startswith("sub: ") or "/" in classname


def others(test, texts):
    """Attachments as testtools shows them, and with sizes."""
    lines, tracebacks = [], []
    for name, text in texts.items():
        if not text:
            mime, data = test.files[name]
            size = f"{len(data)} byte{'' if len(data) == 1 else 's'}"
            lines.insert(sum(line.startswith("\0") for line in lines), f"\0{name} ({mime or 'application/octet-stream'}, {size})\n")
    for name, text in texts.items():
        mime = test.files[name][0] or ""
        if not text:
            continue
        if name == "traceback" or mime.startswith("text/x-traceback"):
            tracebacks.append(printed([text]))
        elif "\n" in text:
            lines.append(f"{name}: {{{{{{\n{printed([text])}}}}}}}\n")
        else:
            lines.append(f"{name}: {{{{{{{text}}}}}}}\n")
    return "".join(line.removeprefix("\0") for line in lines + tracebacks)


def printed(texts):
    return "".join(text if text.endswith("\n") or not text else text + "\n" for text in texts)


def text_of(name, file):
    mime, data = file
    is_text = (mime or "").startswith("text/") or name in TEXTS
    return clean(data.decode(errors="replace")) if is_text else None


def clean(text):
    return NO_XML.sub(lambda match: f"\\x{ord(match[0]):02x}" if match[0] < " " else f"\\u{ord(match[0]):04x}", ANSI.sub("", text))


def duration(start, stop):
    nanoseconds = max((stop[0] - start[0]) * 10**9 + stop[1] - start[1], 0) if start and stop else 0
    millis = (nanoseconds + 500_000) // 1_000_000
    return f"{millis // 1000}.{millis % 1000:03}"


def check_reference(case, given, tests, report):
    """The reference's report must hold the same tests with the same outcomes, but for what the rows allow."""
    left = collections.Counter(
        (element.get("classname"), element.get("name"), outcome_of(element)) for element in report.iter("testcase")
    )
    right = collections.Counter((*split_by_dot(test.id), OUTCOMES.get(test.status, "")) for test in tests)
    unfinished = collections.Counter((*split_by_dot(test.id), "error") for test in given.unfinished)
    case.allow(rows.JUNIT_UNFINISHED, unfinished.total())
    loose = collections.Counter((*split_by_dot(test.id), "failure") for test in given.loose)
    case.allow(rows.LOOSE, loose.total())
    expected = right - unfinished + collections.Counter({(*key[:2], "failure"): count for key, count in unfinished.items()}) + loose
    case.check("the cases of the reference", expected, left)
    case.allow(rows.JUNIT_NAMES, any(is_path(test.id, test.id) for test in tests))
    by_outcome = collections.defaultdict(list)
    for element in report.iter("testcase"):
        by_outcome[element.get("classname"), element.get("name"), outcome_of(element)].append(element)
    for test in tests:
        elements = by_outcome[(*split_by_dot(test.id), OUTCOMES.get(test.status, ""))]
        check_texts(case, test, ["".join(element.itertext()) for element in elements])
        case.allow(rows.JUNIT_TIMES, all(element.get("time") != duration(test.start, test.stop) for element in elements))
        case.allow(rows.JUNIT_TAGS, bool(test.tags or test.route))


def check_texts(case, test, found):
    """The texts of a failed or skipped test are in one of the reference's cases, as far as it can say them."""
    texts = {}
    for name, (mime, data) in test.files.items():
        if (mime or "").startswith("text/"):
            charset = "utf-8" if "charset" in mime else "latin-1"
            texts[name] = without_controls(data.decode(charset))
            case.allow(rows.CHARSET, texts[name] != without_controls(data.decode(errors="replace")))
    if test.status == "fail":
        for text in texts.values():
            case.check(f"a text of {test}, in the reference", True, any(text.strip() in whole for whole in found))
        case.allow(rows.JUNIT_FAILURES)
    elif test.status == "skip":
        reason = texts.get("reason", "").strip()
        case.check(f"the reason of {test}, in the reference", True, any(reason in whole for whole in found))
    elif test.status == "uxsuccess":
        case.allow(rows.JUNIT_UXSUCCESS)
    case.allow(rows.JUNIT_ATTACHMENTS, bool(test.files) and test.status != "fail")
    plain = [test.id, *texts.values()]
    case.allow(rows.JUNIT_CONTROLS, any(clean(text) != text for text in plain))


def outcome_of(element):
    return next((child.tag for child in element), "")


def split_by_dot(id):
    """The id as the reference splits it, which drops control characters."""
    at = id.rfind(".", 0, id.find("("))
    return tuple(map(without_controls, ("", id) if at < 0 else (id[:at], id[at + 1 :])))


def without_controls(text):
    return re.sub("[\0-\x08\x0b-\x1f\ufffe\uffff]", "", text)
