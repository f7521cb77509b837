"""Compares CSV: ours must be what the stream says, then each difference from the reference needs its row."""

import csv
import datetime
import io

import rows
from decode import Test, decode, meaning

#: What the reference ends in if a failure has no attachments, or never came.
CRASH = "AssertionError: Either err or details must be provided"
WORDS = {"fail": "failure", "inprogress": "failure"}


def is_crash_of_csv(case):
    return case.tool == "subunit2csv" and case.expected.errors == CRASH


def compare_csv(case):
    given = meaning(decode(case.stream))
    finished = [entry for entry in given.entries if isinstance(entry, Test) and entry.status != "exists"]
    truth = [["test", "status", "start_time", "stop_time"], *map(row, [*finished, *given.unfinished])]
    case.check("the table, against the stream", truth, table(case.got.output))
    failures = {"fail", "uxsuccess"} & {test.status for test in finished}
    case.check("exit status", int(bool(failures or given.unfinished)), case.got.status)
    # The rest are unfinished tests. If the reference lists them, it does so in another order.
    expected, truth = table(case.expected.output)[: 1 + len(finished)], truth[: 1 + len(finished)]
    if is_crash_of_csv(case):
        bare = [test for test in finished if test.status in ("fail", "xfail") and not holds_a_byte(test)]
        is_to_blame = bool(bare or given.unfinished or given.loose)
        case.check("a reason for the reference to crash", True, is_to_blame)
        case.allow(rows.CSV_CRASH)
        truth = truth[: len(expected)]
    elif given.loose:
        case.allow(rows.LOOSE)
    else:
        case.check("exit status of the reference", case.expected.status, case.got.status)
    uxsuccess = [[id, status.replace("uxsuccess", "success"), *times] for id, status, *times in truth]
    case.allow(rows.CSV_UXSUCCESS, uxsuccess != truth)
    case.check("tests and outcomes", [row[:2] for row in expected], [row[:2] for row in uxsuccess])
    case.allow(rows.CSV_TIMES, expected != uxsuccess)


def holds_a_byte(test):
    return any(data for _, data in test.files.values())


def table(output):
    text = output.decode()
    assert text.count("\r\n") >= 1
    return list(csv.reader(io.StringIO(text, newline="")))


def row(test):
    return [test.id, WORDS.get(test.status, test.status), shown(test.start), shown(test.stop)]


def shown(time):
    """A time as Python prints it, rounded to microseconds."""
    if time is None:
        return ""
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return str(epoch + datetime.timedelta(seconds=time[0], microseconds=(time[1] + 500) // 1000))
