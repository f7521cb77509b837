"""The differences that are on purpose. Each is an entry of man/subunit-compat.7, word for word, and nothing else is let pass."""

import re

TEXT_IN_1TO2 = (
    "Text in the output of `subunit-1to2` | written as it is, between the packets | wrapped in packets of a file "
    "`stdout`"
)
NO_TIME = "Events of a version 1 stream without `time:` | stamped with the time of the translation | not stamped"
CUT_OFF = (
    "A test that is still open at the end | fails with a `traceback` that says \"lost connection\"; its details so "
    "far are dropped | fails with a `reason` (another test interrupted it, or the input ended), at the time of "
    "the interruption; in `subunit-mux -c` the reason is the exit status of the command; its details so far are "
    "kept"
)
TRACEBACK_TYPE = (
    "MIME type of bracketed version 1 details | `text/x-traceback; charset=\"utf8\"` | the same with "
    "`language=\"python\"`, as testtools writes it"
)
V1_UNFINISHED = (
    "Unfinished tests in `subunit-2to1` | `failure`, without a reason | `error` with a `reason`, in the order in which they "
    "began"
)
V1_TEXT = (
    "Text without a newline before a directive in `subunit-2to1` | continues in the directive | ends with a newline"
)
V1_ESCAPES = (
    "Control characters in ids, tags and names of attachments, and white space in tags, in `subunit-2to1` | written as "
    "they are, and may be read as directives | written as `\\n`, `\\x1b` or `\\x20`"
)
V1_TIMES = (
    "Times in `subunit-2to1` | rounded to microseconds; without a timestamp, the last time seen | rounded down; left out if "
    "there is no timestamp"
)
V1_LOSSES = (
    "What version 1 cannot hold, such as tests that only exist and route codes, in `subunit-2to1` | dropped | dropped, and "
    "counted in a line on standard error"
)
UNTOUCHED = (
    "Packets that `subunit-filter` keeps | written anew: both times become that of the end or of the run, route "
    "codes and empty attachments are lost, MIME types are rewritten, nanoseconds are rounded, every test becomes "
    "runnable | the bytes that came in"
)
TEXT_TIMES = "Times of packets without a test id in `subunit-filter` | rounded to microseconds | the bytes that came in"
EXISTS = "Packets with status `exists` in `subunit-filter` | dropped | subject to the rules for ids, tags and text"
UXSUCCESS = "Unexpected successes in `subunit-filter` | always kept | subject to every rule, including `--no-uxsuccess`"
UNFINISHED = (
    "Unfinished tests in `subunit-filter` | become failures at the end of the output | count as failures for the "
    "rules and stay unfinished, in the same position"
)
LOOSE = (
    "Attachments without any status, or after the final one | create a failed test | are forwarded and do not "
    "create a test"
)
RENAME = "`subunit-filter --rename` | renames passes and failures | renames every packet of every test"
REGEX = (
    "Regular expressions of `subunit-filter` | search the id, the outcome and Python's `repr` of all attachments,"
    " run together | search the id and the text of each attachment separately"
)
NO_PASSTHROUGH = (
    "`subunit-filter --no-passthrough` | also drops files without a test id | drops only text between packets"
)
GLOBAL_TAGS = (
    "Tag rules of `subunit-filter` for packets without a test id | do not apply | apply to those that have tags"
)
LOST_TAGS = (
    "`subunit-filter --with-tag` and a test that loses the tag while it runs | drops the test | keeps the test: "
    "the packet with the tag decides"
)
LS_TIMES = (
    "`subunit-ls --times` | counts from the last attachment to the last time seen on any route; ends in a "
    "traceback if there is no start, and with `--exists` | counts from the first packet of a test to its last; "
    "0.000 if unknown"
)
LS_UNFINISHED = "Unfinished tests of one id on several routes in `subunit-ls` | listed once | each listed"
UXSUCCESS_FAILS = "Exit status of `subunit-ls` for unexpected successes | 0 | 1"
STATS_UXSUCCESS = "Unexpected successes in `subunit-stats` | count as passed, status 0 | count as failed, status 1"
OUTPUT_PIECES = (
    "Times and tags in `subunit-output` if a file becomes several packets | only in the first packet | in each "
    "packet, with its own time"
)
OUTPUT_PIPE = (
    "`subunit-output --attach-file -` | holds back what a pipe says until 3.5 MiB and the end, or twice as much, have "
    "come | each read is written at once, and a last packet without content ends the file"
)
OUTPUT_REFUSED = (
    "`subunit-output` without arguments, with operands that are left over, or with an empty test id | writes a packet"
    " | refused, status 2"
)
TAGS_TEXT = (
    "Text, other packets without a test id, and reports of damage in `subunit-tags` | get the tags | keep their tags "
    "unless `--text` is given"
)
TAGS_ANEW = (
    "Packets in `subunit-tags` | written anew: nanoseconds are rounded, tags are in any order, an empty list of tags "
    "is lost | tags keep their order, and all other fields are the bytes that came in"
)
JUNIT_NAMES = (
    "Test ids in `subunit2junitxml` | split at the last `.` before the first `(` | split at the last `::`, or "
    "else `/`, or else `.`, before the first bracket, quote or white space; an id that has none is in the class "
    "`subunit`"
)
JUNIT_FAILURES = (
    "Failures in `subunit2junitxml` | have the type `testtools.testresult.real._StringException`, no message, and"
    " all texts in one | have type and message of the exception, or of the YAML in TAP; `stdout` and `stderr` are"
    " in `system-out` and `system-err`"
)
JUNIT_UNFINISHED = (
    "Unfinished tests in `subunit2junitxml` | failures without a message | errors that say that the test never "
    "finished"
)
JUNIT_UXSUCCESS = (
    "Unexpected successes in `subunit2junitxml` | failures without a message | failures with a message and the "
    "attachments"
)
JUNIT_ATTACHMENTS = (
    "Attachments in `subunit2junitxml` | dropped unless the test failed | all that hold a byte are in `failure`, "
    "`skipped`, `system-out` or `system-err`, each up to 10,000,000 bytes"
)
JUNIT_TAGS = (
    "Tags and routes in `subunit2junitxml` | dropped | properties of the suite, one for routes and one for tags, "
    "and lines in `system-out` of the test"
)
JUNIT_CONTROLS = (
    "Control characters in `subunit2junitxml` | dropped; the rest of an ANSI sequence stays | shown as `\\x07`; "
    "ANSI sequences are removed as a whole"
)
JUNIT_TIMES = (
    "Times in `subunit2junitxml` | count to the last time seen on any route, or to now; may be negative | count "
    "from the first packet of a test to its last; 0.000 if unknown"
)
CHARSET = (
    "Text attachments without a character set in `subunit2junitxml` and `subunit2pyunit` | read as Latin-1 | read as "
    "UTF-8"
)
PYUNIT_STARTS = (
    "The line in `subunit2pyunit` that is a test id alone | printed when the test ends | printed when the test begins"
)
PYUNIT_EXCEPTION = (
    "Failures in `subunit2pyunit` | `testtools.testresult.real._StringException` and the attachments | the attachments, "
    "of each up to 64 KiB"
)
PYUNIT_UNFINISHED = (
    "Unfinished tests in `subunit2pyunit` | `FAIL`, without a word of why | `did not finish`, in the order in which they "
    "began"
)
PYUNIT_TIME = "The time in the last lines of `subunit2pyunit` | that of reading the stream | that in the stream"
PYUNIT_OK = (
    "The last line of `subunit2pyunit` if the input cannot be read to its end or is no stream | none, or `OK` | `FAILED`"
)
PYUNIT_PROGRESS = (
    "`subunit2pyunit --progress` | needs breezy | refused, status 2; subunit-trace shows progress"
)
HTML_LEFT_OUT = (
    "Unexpected successes and expected failures in `subunit2html` | are left out | are shown; an unexpected success is a "
    "failure"
)
HTML_UNFINISHED = (
    "Unfinished tests in `subunit2html` | look like failures without a text | are failures that say so, and open bars in "
    "the timeline"
)
CSV_CRASH = (
    "Failures without attachments and unfinished tests in `subunit2csv` | end in a traceback | are rows; unfinished "
    "tests have no stop time and come last"
)
CSV_UXSUCCESS = "Unexpected successes in `subunit2csv` | `success` | `uxsuccess`"
CSV_TIMES = (
    "Times in `subunit2csv` | without a timestamp: the last time seen on any route, or now | the first packet of a test "
    "and its last; an empty cell if unknown"
)
TRACE_CRASH = (
    "Attachments that are not text, or not in their character set, below failures in `subunit-trace` | end in a traceback; "
    "the rest of the run is lost | are not shown, or shown with U+FFFD"
)
TRACE_TEXT = (
    "Attachments in `subunit-trace` | shown in Python's notation for bytes, `b'...'`; without a character set, read "
    "as Latin-1 | shown as text; without a character set, read as UTF-8"
)
TRACE_REASON = (
    "Reasons of several lines in `subunit-trace` | several lines | one line, with `\\n`"
)
TRACE_BRACKETS = (
    "Brackets in test ids in `subunit-trace` | left out | left out if they hold a UUID after `id-`; parameters of a "
    "test stay"
)
TRACE_WORKERS = (
    "Workers in `subunit-trace` | the number of any tag that begins with `worker-`; a traceback if it is none; a "
    "warning if numbers are missing | route code and lowest number, as in `{web/0}`; no warnings"
)
TRACE_UNFINISHED = (
    "Unfinished tests in `subunit-trace` | the last one first; no line with `--failonly`; missing in the totals and "
    "in `--fails` | in the order in which they began; a line, a count and an entry in `--fails`"
)
TRACE_UXSUCCESS = (
    "Unexpected successes in `subunit-trace` | status 0 | status 1"
)
TRACE_XFAIL = (
    "A run in `subunit-trace` in which tests failed as expected and none passed | status 1 | status 0"
)
TRACE_TIMES = (
    "Times in `subunit-trace` | rounded to microseconds; negative if the clock stepped back; `Ran` has the time that "
    "reading took | rounded down; empty if the clock stepped back; `Ran` has the time from the first start to the "
    "last stop"
)
TAP_ORDER = "TAP tests that are missing before the last one | reported where the next one comes | reported at the end"
TAP_MANY = (
    "More than a hundred TAP tests missing in a row | a failed test for each | one failed test that says how many"
)
TAP_PLAN = (
    "TAP without a plan, with two, or with a plan between tests; tests outside of the plan; repeated numbers | "
    "not reported | a failed test `tap errors`"
)
TAP_BAIL_OUT = "Lines after `Bail out!` in TAP | tests are still read, and missing ones reported | text"
TAP_BARE_BAIL_OUT = (
    "`Bail out!` in TAP without a reason | a test `Bail out!` with a space at the end of its id | a test `Bail "
    "out!`"
)
TAP_TODO = "`ok # TODO` in TAP | xfail | uxsuccess"
ESCAPES = (
    "Control characters in ids, tags and routes, in lists, tables and messages | printed | shown as `\\n`, `\\x1b` "
    "or `\\u202e`; output of `-0`, JSON and XML follows the rules of its format"
)
OWN_LINE = "A line of a list or report after unfinished non-test output | continues it | begins on a line of its own"
DISK_CRASH = (
    "Ids and names that no file may have, in `subunit2disk` | end in a traceback, or leave the directory | "
    "stay in the directory, under another name if need be"
)
DISK_GLOBAL = "Files without a test id, and text, in `subunit2disk` | dropped | in the folder `_global`"
DISK_EMPTY = "Empty attachments in `subunit2disk` | dropped | empty files"
DISK_ROUTE = "Route codes in `subunit2disk` | dropped | in `test.json`"
GO_PACKAGE = (
    "A package with a failed test in `gojson2subunit` | one more failed test, `PACKAGE [build]` | no more; "
    "`PACKAGE [package]` if nothing else shows that it failed"
)
GO_TEXT = "What packages print, and lines that are no JSON, in `gojson2subunit` | dropped | non-test output"
GO_PAUSES = (
    "Lines about pauses in the output of tests in `gojson2subunit` | kept | left out; a pause of more than a "
    "second is an attachment"
)
GO_BUILD = "What compilers say, in `gojson2subunit` | dropped | the failed test `IMPORTPATH [build]`"
GO_CUT = (
    "A run that is cut off, in `gojson2subunit` | tests without output stay in progress, status 0 | fails, "
    "status 1"
)
JUNIT_SKIP = (
    "Why a case was skipped, in `junitxml2subunit` | in the attachment `junit detail` | in the attachment "
    "`reason`"
)
JUNIT_ERROR = "Errors in `junitxml2subunit` | like failures | with an attachment `kind`"
JUNIT_TIME = "Cases without a readable `time` in `junitxml2subunit` | take no time, or end in a traceback | have no end"
JUNIT_CLOCK = (
    "When cases ran, in `junitxml2subunit` | in the year 2000 | at the `timestamp` of their suite; without one "
    "in the year 2000, with the tag `no-clock`"
)
JUNIT_MORE = (
    "Nested suites, namespaces, second failures, flaky and repeated failures, output and properties in "
    "`junitxml2subunit` | dropped | read"
)
JUNIT_STATUS = "Cases whose status is notrun, disabled or failed in `junitxml2subunit` | pass | are skipped or fail"
JUNIT_BROKEN = (
    "A report that is cut off or no XML, in `junitxml2subunit` | dropped, status 1 | the cases before the "
    "fault, and a failed test, status 1"
)
JUNIT_NAMES = "Cases without a name in `junitxml2subunit` | dropped | called `?N`"
COMBINE_LIST = "`subunit-combine --list` and a command without `$LISTOPT` | runs its tests | does not run it, status 2"
COMBINE_MISSING = (
    "A command that cannot be started, in `subunit-combine` | ends all in a traceback | is a failed test, and "
    "the others run"
)
COMBINE_DIES = (
    "Tests that a command leaves open in `subunit-combine` | stay in progress | fail with a `reason` if the "
    "command fails"
)
COMBINE_IDS = "Ids with spaces or `#` in `subunit-combine` | are split and cut | stay whole"

ALL = [value for name, value in globals().items() if name.isupper() and isinstance(value, str)]


def plain(lines):
    """Lines of mdoc as one text, with the arguments of `.Ql` in backticks."""
    words = [re.sub(r"^\.Ql (.*?)( [,;:.)])?$", lambda found: f"`{found[1]}`{(found[2] or '').strip()}", line) for line in lines]
    return " ".join(words).replace("\\&", "").replace("\\e", "\\")


def entries(page):
    """The entries of the page: `.It Xo`, what differs, `.Xc`, how python-subunit or os-testr has it, `.br`, how these tools have it."""
    pattern = r"^\.It Xo\n(.*?)\n\.Xc\n(?:python-subunit|os-testr):\n(.*?)\n\.br\nhere:\n(.*?)(?=\n\.It |\n\.El)"
    for entry in re.finditer(pattern, page, re.DOTALL | re.MULTILINE):
        yield " | ".join(plain(part.splitlines()) for part in entry.groups())


def missing(page):
    """The rows that the page lacks."""
    there = set(entries(page))
    return [row for row in ALL if row not in there]
