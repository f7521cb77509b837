"""The queries of the README find what was planted, and nothing else."""

import json
import pathlib
import re
import shutil
import statistics
import subprocess
import unittest

import duckdb
import zstandard

import suite

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / "target" / "release"
FOLDER = ROOT / "target" / "duckdb" / "runs"
RECORDED = ROOT / "tests" / "data" / "testr-run.subunit"
SECTION = (ROOT / "README.md").read_text().split("\n## Many runs\n")[1].split("\n## ")[0]


def blocks(language):
    """The blocks of code of the section, by the paragraph before them."""
    found = re.findall(rf"((?:[^\n]+\n)+)\n```{language}\n(.*?)```", SECTION, re.DOTALL)
    return {paragraph.replace("\n", " "): code for paragraph, code in found}


def statement(words, language="sql"):
    """The code below the paragraph with these words."""
    (code,) = [code for paragraph, code in blocks(language).items() if words in paragraph]
    return code


def shell(commands, folder, **options):
    environment = {"PATH": f"{TOOLS}:/usr/bin:/bin"}
    return subprocess.run(["sh", "-c", commands], cwd=folder, env=environment, check=True, **options)


class Queries(unittest.TestCase):
    """200 runs, as the README has them written and asked."""

    @classmethod
    def setUpClass(cls):
        shutil.rmtree(FOLDER, ignore_errors=True)
        cls.suite = suite.Suite(TOOLS, RECORDED)
        cls.suite.write(TOOLS, FOLDER / "runs")
        shell(statement("as a file of JSON lines", "sh"), FOLDER)
        cls.database = duckdb.connect()
        cls.database.execute(f"SET file_search_path = '{FOLDER}'")
        cls.database.execute(statement("Name the columns"))

    def ask(self, words):
        return self.database.execute(statement(words)).fetchall()

    def test_all_results_are_there(self):
        counts = dict(self.database.execute("SELECT status, count(*) FROM t GROUP BY ALL").fetchall())
        expected = {
            "success": len(self.suite.passes),
            "fail": len(self.suite.failures),
            "skip": suite.RUNS * len(self.suite.skipped),
        }
        self.assertEqual(counts, expected)
        (runs,) = self.database.execute("SELECT count(DISTINCT run) FROM t").fetchone()
        self.assertEqual(runs, suite.RUNS)

    def test_the_flaky_tests(self):
        found = {test: (runs, failed) for test, runs, failed, _ in self.ask("between good and bad")}
        failed = {test: sum(one == test for _, one in self.suite.failures) for test in self.suite.flaky}
        self.assertEqual(found, {test: (suite.RUNS, count) for test, count in failed.items()})
        self.assertEqual(len(found), 12)

    def test_the_slowest(self):
        found = [test for test, _ in self.ask("slowest of late")]
        median = {}
        for test in self.suite.seconds:
            late = range(suite.SLOW_FROM, suite.RUNS)
            median[test] = statistics.median(self.suite.passes.get((number, test), 0.0) for number in late)
        self.assertEqual(found, sorted(median, key=median.get, reverse=True)[:10])
        self.assertEqual(found[0], self.suite.slow)

    def test_the_story_of_a_test(self):
        story = statement("story of one test").replace("bike.test_brakes", self.suite.broken)
        *_, last = duckdb.extract_statements(story)
        self.database.execute(story.split(";")[0])
        rows = self.database.execute(last).fetchall()
        expected = [(suite.Suite.name(number), "fail") for number in reversed(range(suite.BROKEN_FROM, suite.RUNS))]
        self.assertEqual([row[:2] for row in rows], expected)

    def test_the_tests_that_became_slow(self):
        ((test, was, now),) = self.ask("three times as long")
        self.assertEqual(test, self.suite.slow)
        self.assertTrue(5 < now / was < 7, (was, now))

    def test_the_broken_tests(self):
        self.assertEqual(self.ask("three runs or more"), [(self.suite.broken, suite.RUNS - suite.BROKEN_FROM)])

    def test_the_run_of_a_late_worker(self):
        (first, skew), (_, next_skew), *_ = self.ask("wait longest")
        self.assertEqual(first, suite.Suite.name(suite.SKEWED))
        self.assertTrue(skew > suite.SKEW / 2 > 10 * next_skew, (skew, next_skew))

    def test_the_failures_of_a_profile(self):
        found = {(test, profile): failed for test, profile, failed, _ in self.ask("one version of Python")}
        expected = {}
        for number, test in self.suite.failures:
            key = test, suite.PROFILES[number % 2]
            expected[key] = expected.get(key, 0) + 1
        self.assertEqual(found, expected)
        of_one = [profile for test, profile in found if test == self.suite.of_one_profile]
        self.assertEqual(of_one, [suite.PROFILES[1]])

    def test_the_causes(self):
        found = {cause: (failures, tests) for cause, failures, tests, _ in self.ask("the same cause")}
        expected = {}
        for cause in suite.CAUSES:
            failed = [test for (_, test), one in self.suite.failures.items() if one == cause]
            text = re.sub(r"0x[0-9a-f]+|\d+", "N", cause.format(number=300))
            expected[text] = len(failed), len(set(failed))
        self.assertEqual(found, expected)


class Layout(unittest.TestCase):
    """Three runs of two days, in folders as an object storage has them."""

    RUNS = (
        ("2026-11-24", "20261124T220000Z-4710"),
        ("2026-11-25", "20261125T060000Z-4711"),
        ("2026-11-25", "20261125T140000Z-4711"),
    )

    @classmethod
    def setUpClass(cls):
        cls.folder = FOLDER.with_name("layout")
        shutil.rmtree(cls.folder, ignore_errors=True)
        (cls.folder / "tables").mkdir(parents=True)
        tests = suite.Suite(TOOLS, RECORDED)
        compressor = zstandard.ZstdCompressor()
        for number, (date, run) in enumerate(cls.RUNS):
            folder = cls.folder / "results" / "project=nova" / f"date={date}" / f"run={run}"
            folder.mkdir(parents=True)
            lines = "".join(tests.run(number)).encode()
            stream = subprocess.run([TOOLS / "json2subunit"], input=lines, stdout=subprocess.PIPE, check=True).stdout
            listing = [TOOLS / "subunit-ls", "--json", "--details"]
            # Status 1: the run has failures.
            rows = subprocess.run(listing, input=stream, stdout=subprocess.PIPE, check=False).stdout
            (folder / "run.subunit.zst").write_bytes(compressor.compress(stream))
            (folder / "tests.jsonl.zst").write_bytes(compressor.compress(rows))
            about = {"run": run, "project": "nova", "commit": f"c0ffee{number}", "branch": "main"}
            (folder / "run.json").write_text(json.dumps(about) + "\n")
        cls.database = duckdb.connect()
        cls.database.execute(f"SET file_search_path = '{cls.folder}'")
        # COPY writes below the folder of the process.
        cls.copy = statement("Once a day").replace("'tables/tests'", f"'{cls.folder}/tables/tests'")

    def rows(self, query):
        return self.database.execute(query).fetchall()

    def table(self):
        return self.rows(
            "SELECT project, date::VARCHAR, run, id, status, duration FROM "
            "read_parquet('tables/tests/*/date=2026-11-*/*.parquet', hive_partitioning=true) ORDER BY ALL"
        )

    def test_a_day_becomes_a_table_whose_columns_come_from_the_paths(self):
        self.database.execute(self.copy)
        first = self.table()
        runs = {row[:3] for row in first}
        self.assertEqual(runs, {("nova", date, run) for date, run in self.RUNS if date == "2026-11-25"})
        self.database.execute(self.copy)
        self.assertEqual(self.table(), first, "made again, the table is the same")
        of_the_day = self.rows("SELECT count(*) FROM read_json('results/*/date=2026-11-25/*/tests.jsonl.zst')")
        self.assertEqual(of_the_day, [(len(first),)])

    def test_what_is_known_of_runs_can_be_joined(self):
        self.database.execute(self.copy)
        found = self.rows(
            "SELECT r.commit, count(*) FROM read_parquet('tables/tests/*/*/*.parquet', hive_partitioning=true) t "
            "JOIN read_json('results/*/*/*/run.json', hive_partitioning=false) r USING (run) GROUP BY ALL ORDER BY ALL"
        )
        self.assertEqual([commit for commit, _ in found], ["c0ffee1", "c0ffee2"])
