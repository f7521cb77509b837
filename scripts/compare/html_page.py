"""Compares pages: the tests in ours are those of the stream, and the reference has them but for those that it leaves out."""

import html
import json
import re

import rows
from decode import Test, decode, meaning

#: The words of our page, and of the page of the reference.
OURS = {
    "success": "passed",
    "fail": "failed",
    "skip": "skipped",
    "xfail": "expected failure",
    "uxsuccess": "unexpected success",
    "exists": "not run",
    "inprogress": "unfinished",
}
REFERENCE = {"success": "pass", "fail": "fail", "skip": "skip", "inprogress": "fail"}
#: A test in the page of the reference: its outcome, and its id with the text of a failure right behind it.
ENTRY = re.compile(r">\s+(pass|fail|error|skip)</a>.*?<pre>\s*[pf]t[\d.]+: (.*?)\n\n +</pre>", re.DOTALL)


def compare_html(case):
    case.check("exit status", (0, 0), (case.expected.status, case.got.status))
    given = meaning(decode(case.stream))
    tests = [(entry.id, entry.status) for entry in [*given.entries, *given.unfinished] if isinstance(entry, Test)]
    truth = [(id, OURS[status]) for id, status in tests]
    case.check("tests and outcomes, against the stream", truth, entries(case.got.output.decode()))
    case.allow(rows.HTML_LEFT_OUT, sum(status in ("xfail", "uxsuccess") for _, status in tests))
    case.allow(rows.HTML_UNFINISHED, len(given.unfinished))
    wanted = sorted(((id, REFERENCE[status]) for id, status in tests if status in REFERENCE), reverse=True)
    shown = [(outcome, html.unescape(text)) for outcome, text in ENTRY.findall(case.expected.output.decode())]
    for id, outcome in wanted:
        # The longest ids come first, among those that begin in the same way.
        found = next(
            (entry for entry in shown if entry[0] == outcome and (entry[1] == id or outcome == "fail" and entry[1].startswith(id))), None
        )
        if found is None:
            case.refuse("a test of the page of the reference", (id, outcome), shown)
        shown.remove(found)
    if given.loose:
        case.allow(rows.LOOSE)
    else:
        case.check("more tests in the page of the reference", [], shown)


def entries(page):
    """The ids and outcomes in the data of our page."""
    data = json.loads(page.split('<script type="application/json" id="data">')[1].split("</script>")[0])
    return [(row[0], data["outcomes"][row[1]][1]) for row in data["tests"]]
