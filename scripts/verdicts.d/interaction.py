"""Runs subunit-sched and subunit-bisect on a Python suite in which one test breaks another.

subunit-sched has to run each test once, with python -m subunit.run and with the server in
tests/data, though one test kills its process the first time. subunit-bisect has to name the test
that breaks the other one.
"""

import collections
import os
import shutil
import subprocess

import decode

SUITE = '''
import os
import random
import unittest


class Cache:
    is_full = False


class TestCache(unittest.TestCase):
    def test_05_fills(self):
        Cache.is_full = True

    def test_11_kills_its_process_once(self):
        try:
            os.close(os.open("killed", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        os._exit(3)

    def test_20_reads(self):
        # The trials of subunit-bisect are the same each time.
        chance = random.Random(os.environ.get("SUBUNIT_TRIAL"))
        self.assertFalse(Cache.is_full and chance.random() < 0.5, "the cache is not empty")


for number in [*range(5), *range(6, 11), *range(12, 20)]:
    setattr(TestCache, f"test_{number:02}_nothing", lambda self: None)
'''
NAMES = {5: "fills", 11: "kills_its_process_once", 20: "reads"}
IDS = [f"suite.TestCache.test_{number:02}_{NAMES.get(number, 'nothing')}" for number in range(21)]
VICTIM, CULPRIT = IDS[20], IDS[5]


def compare(tools, folder, bin, root):
    """Yields the faults of the tools."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "suite.py").write_text(SUITE)
    (folder / "ids").write_text("".join(f"{id}\n" for id in IDS))
    (folder / "few").write_text("".join(f"{id}\n" for id in IDS[6:20]))
    runner = [bin / "python", "-m", "subunit.run", "--load-list", "{list}", "suite"]
    server = [bin / "python", root / "tests" / "data" / "rpc-server.py", ".", "suite.py"]
    for name, options, command in (("runner", [], runner), ("server", ["--rpc"], server)):
        (folder / "killed").unlink(missing_ok=True)
        # Without the culprit, all is green.
        got = run([tools / "subunit-sched", "-j", "3", *options, "--load-list", "few", "--", *command], folder)
        yield from mismatches(f"subunit-sched with a {name}", got, IDS[6:20], 0)
        (folder / "killed").touch()
        got = run([tools / "subunit-sched", "-j", "1", *options, "--load-list", "ids", "--", *command], folder)
        results = dict(outcomes(got.stdout))
        yield from mismatches(f"subunit-sched with a {name}", got, IDS, int(results.get(VICTIM) == "fail"))
    bisect = [tools / "subunit-bisect", "--test", VICTIM, "--candidates", "ids", "--", *runner]
    got = run(bisect, folder)
    if (got.returncode, got.stdout.decode()) != (0, f"{CULPRIT}\n"):
        yield f"subunit-bisect: {got.returncode}, {got.stdout}, {got.stderr}"


def mismatches(name, got, ids, status):
    counts = collections.Counter(id for id, outcome in outcomes(got.stdout))
    if got.returncode != status or counts != collections.Counter(ids):
        yield f"{name}: status {got.returncode} for {status}, {counts}, {got.stderr}"


def outcomes(stream):
    """The final results of tests, but skips of those whose worker died."""
    for item in decode.decode(stream):
        status = getattr(item, "status", None)
        if status not in (None, "inprogress", "exists") and "worker-died" not in (item.tags or ()):
            yield item.id, status


def run(command, folder):
    return subprocess.run(command, cwd=folder, env=os.environ, capture_output=True, timeout=300, check=False)
