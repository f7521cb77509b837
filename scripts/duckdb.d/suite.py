"""200 runs of a suite whose durations were recorded, with faults planted in them.

Each run is written as JSON lines, which json2subunit makes a stream of.
"""

import datetime
import json
import random
import subprocess

RUNS = 200
WORKERS = 4
FIRST = datetime.datetime(2026, 10, 1, 6, 0, tzinfo=datetime.timezone.utc)
#: The first run of 20 November, from which on a test is slow.
SLOW_FROM = 150
BROKEN_FROM = 180
#: The run in which a worker starts late, and how many seconds.
SKEWED, SKEW = 77, 30.0
PROFILES = ("py311", "py314")
CAUSES = (
    "AssertionError: {number} != 201",
    "RuntimeError: no connection at 0x{number:x}",
)


class Suite:
    """The tests, and what is planted."""

    def __init__(self, tools, recorded):
        listing = subprocess.run([tools / "subunit-ls", "--json", recorded], stdout=subprocess.PIPE, check=False).stdout
        tests = [json.loads(line) for line in listing.splitlines()]
        #: The recorded tests that passed, and their seconds. Equal durations would have no order.
        self.seconds = {
            test["id"]: max(test["duration"], 0.001) + number / 1e7
            for number, test in enumerate(tests)
            if test["status"] == "success"
        }
        self.skipped = [test["id"] for test in tests if test["status"] == "skip"]
        ids = sorted(self.seconds)
        planted = random.Random(15).sample(ids, 13)
        #: Flaky tests and how often they fail: in one of these profiles only, if one is named.
        rates = [1 / 30] * 4 + [1 / 10] * 4 + [3 / 10] * 4
        self.flaky = dict(zip(planted, rates, strict=False))
        self.of_one_profile = planted[11]
        self.broken = planted[12]
        lasting = [test for test in ids if test not in planted and 0.02 < self.seconds[test] < 0.04]
        self.slow = lasting[0]
        #: The causes of the failures, by run and id.
        self.failures = {}
        #: Seconds of the tests that passed, by run and id.
        self.passes = {}

    @staticmethod
    def name(number):
        """The name of a run: when it started."""
        return (FIRST + number * datetime.timedelta(hours=8)).strftime("%Y%m%dT%H%M%SZ")

    def fails(self, number, test, chance):
        """Whether a test fails in a run, and of which cause."""
        if test == self.broken:
            return number >= BROKEN_FROM
        rate = self.flaky.get(test)
        # Two good runs at the end: no flaky test looks broken.
        if rate is None or number >= RUNS - 2:
            return False
        is_of_profile = test != self.of_one_profile or number % 2 == 1
        return is_of_profile and chance.random() < rate

    def run(self, number):
        """The packets of a run, as JSON lines."""
        chance = random.Random(number)
        profile = PROFILES[number % 2]
        began = FIRST + number * datetime.timedelta(hours=8)
        order = list(self.seconds)
        chance.shuffle(order)
        clocks = [0.0] * WORKERS
        if number == SKEWED:
            clocks[0] = SKEW
        for test in order:
            worker = chance.randrange(WORKERS) if number == SKEWED else clocks.index(min(clocks))
            tags = [f"worker-{worker}", profile]
            seconds = self.seconds[test] * chance.uniform(0.85, 1.15)
            if test == self.slow and number >= SLOW_FROM:
                seconds *= 6
            yield packet(test, "inprogress", began, clocks[worker], tags)
            clocks[worker] += seconds
            if self.fails(number, test, chance):
                cause = CAUSES[len(test) % 2]
                self.failures[number, test] = cause
                lines = ["Traceback (most recent call last):", '  File "a.py", line 3, in test']
                text = "\n".join([*lines, cause.format(number=chance.randrange(300, 999))]) + "\n"
                yield packet(test, "fail", began, clocks[worker], tags, text)
            else:
                self.passes[number, test] = seconds
                yield packet(test, "success", began, clocks[worker], tags)
        for test in self.skipped:
            yield packet(test, "skip", began, clocks[0], ["worker-0", profile])

    def write(self, tools, folder):
        """Writes all runs as streams."""
        folder.mkdir(parents=True)
        for number in range(RUNS):
            lines = "".join(self.run(number)).encode()
            with open(folder / f"{self.name(number)}.subunit", "wb") as stream:
                subprocess.run([tools / "json2subunit"], input=lines, stdout=stream, check=True)


def packet(test, status, began, after, tags, traceback=None):
    """A line for json2subunit."""
    time = began + datetime.timedelta(seconds=after)
    fields = {"test_id": test, "test_status": status, "timestamp": stamp(time), "test_tags": tags}
    if traceback is not None:
        fields |= {"file_name": "traceback", "mime_type": "text/plain;charset=utf8", "file_bytes": traceback, "eof": True}
    return json.dumps(fields) + "\n"


def stamp(time):
    return time.isoformat().replace("+00:00", "Z")
