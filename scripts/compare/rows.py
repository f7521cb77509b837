"""The differences that are on purpose. Each is a row of README.md's table, word for word, and nothing else is let pass."""

TEXT_IN_1TO2 = (
    "Text in the output of `subunit-1to2` | written as it is, between the packets | wrapped in packets of a file `stdout`"
)
NO_TIME = "Events of a version 1 stream without `time:` | stamped with the time of the translation | not stamped"
CUT_OFF = (
    "A version 1 test that the end of the input cuts off | fails with a `traceback` that says \"lost connection\"; "
    "its details so far are dropped | fails with a `reason`, in `subunit-mux -c` the exit status of its command; "
    "its details so far are kept"
)
TRACEBACK_TYPE = (
    "MIME type of bracketed version 1 details | `text/x-traceback; charset=\"utf8\"` | "
    "the same with `language=\"python\"`, as testtools writes it"
)
UNTOUCHED = (
    "Packets that `subunit-filter` keeps | written anew: both times become that of the end or of the run, route codes and "
    "empty attachments are lost, MIME types rewritten, nanoseconds rounded, every test runnable | the bytes that came in"
)
TEXT_TIMES = "Times of packets without a test id in `subunit-filter` | rounded to microseconds | the bytes that came in"
EXISTS = "`exists` packets in `subunit-filter` | dropped | kept or dropped by the rules for ids, tags and text"
UXSUCCESS = "Unexpected successes in `subunit-filter` | always kept | kept or dropped by every rule, `--no-uxsuccess` too"
UNFINISHED = (
    "Tests that never finish in `subunit-filter` | become failures at the end of the output | "
    "are judged as failures and stay unfinished, where they were"
)
LOOSE = (
    "Attachments of a test that has no status, or had its last | make a failed test | "
    "are passed on and make no test"
)
RENAME = "`subunit-filter --rename` | renames passes and failures | renames every packet of every test"
REGEX = (
    "Regular expressions of `subunit-filter` | searched for in id, outcome and Python's `repr` of all attachments, run together "
    "| searched for in the id and in the text of each attachment, each by itself"
)
NO_PASSTHROUGH = "`subunit-filter --no-passthrough` | drops files without a test id, too | drops text between packets only"
GLOBAL_TAGS = "Tag rules of `subunit-filter` on packets without a test id | none | judge those that have tags"
LOST_TAGS = (
    "`subunit-filter --with-tag` on a test that loses the tag while it runs | drops it | "
    "keeps it: the decision comes with the tag"
)
LS_TIMES = (
    "`subunit-ls --times` | counts from the last attachment to the last time seen on any route; "
    "ends in a traceback when there is no start, or with `--exists` | counts from a test's first packet to its last; 0.000 if unknown"
)
LS_UNFINISHED = "Unfinished tests of one id on several routes in `subunit-ls` | listed once | each listed"
UXSUCCESS_FAILS = "Exit status of `subunit-ls` for unexpected successes | 0 | 1"
STATS_UXSUCCESS = "Unexpected successes in `subunit-stats` | count as passed, status 0 | count as failed, status 1"
JUNIT_NAMES = (
    "Test ids in `subunit2junitxml` | split at the last `.` before the first `(` | "
    "split at the last `::`, or else `/`, or else `.`, before the first bracket, quote or white space; an id that has none is in the "
    "class `subunit`"
)
JUNIT_FAILURES = (
    "Failures in `subunit2junitxml` | the type `testtools.testresult.real._StringException`, no message, all texts in one | "
    "type and message of the exception, or of the YAML in TAP; `stdout` and `stderr` in `system-out` and `system-err`"
)
JUNIT_UNFINISHED = "Tests that never finish in `subunit2junitxml` | failures without a word | errors that say so"
JUNIT_UXSUCCESS = (
    "Unexpected successes in `subunit2junitxml` | failures without a word | "
    "failures with a message and the attachments"
)
JUNIT_ATTACHMENTS = (
    "Attachments in `subunit2junitxml` | dropped unless the test failed | "
    "all that hold a byte are in `failure`, `skipped`, `system-out` or `system-err`, each up to 10,000,000 bytes"
)
JUNIT_TAGS = (
    "Tags and routes in `subunit2junitxml` | dropped | "
    "properties of the suite, one for routes and one for tags, and lines in `system-out` of the test"
)
JUNIT_CONTROLS = (
    "Control characters in `subunit2junitxml` | dropped, the rest of an ANSI sequence stays | "
    "shown as `\\x07`; ANSI sequences are taken out whole"
)
JUNIT_TIMES = (
    "Times in `subunit2junitxml` | count to the last time seen on any route, or to now; may be negative | "
    "count from a test's first packet to its last; 0.000 if unknown"
)
JUNIT_CHARSET = "Text attachments without a charset in `subunit2junitxml` | are read as Latin-1 | are read as UTF-8"
TAP_ORDER = "TAP tests that are missing before the last one | are reported where the next one comes | are reported at the end"
TAP_MANY = "More than a hundred TAP tests missing in a row | a failed test for each | one failed test that says how many"
TAP_PLAN = (
    "TAP without a plan, with two, or with a plan between tests; tests outside of the plan; repeated numbers | nothing is said | "
    "a failed test `tap errors`"
)
TAP_BAIL_OUT = "After `Bail out!` in TAP | tests are read on, and missing ones reported | all is text"
TAP_BARE_BAIL_OUT = "`Bail out!` in TAP without a reason | a test `Bail out! `, with a blank at the end | a test `Bail out!`"
TAP_TODO = "`ok # TODO` in TAP | xfail | uxsuccess"

ALL = [value for name, value in globals().items() if name.isupper() and isinstance(value, str)]


def missing(readme):
    """The rows that the table of differences in README.md lacks."""
    heading, _, text = readme.partition("Differences from python-subunit")
    table = {line.strip() for line in text.split("\n#")[0].splitlines()} if text else set()
    return [row for row in ALL if f"| {row} |" not in table]
