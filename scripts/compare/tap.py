"""Compares tap2subunit with python-subunit's over TAP 12, and what counts as a failure with two harnesses over all TAP.

The harnesses are TAP::Parser of Perl's Test::Harness and npm's tap-parser. Where they agree with each other on a test or on a
whole file, we have to agree with them, but for the EXCEPTIONS; these stand in the manual page, too.
"""

import itertools
import json
import pathlib
import random
import re
import shutil
import subprocess

import rows
import tap_generate
from decode import Packet, Test, decode, meaning
from tools import run_ours, run_reference

TAP_PARSER = "tap-parser@18.3.4"
HERE = pathlib.Path(__file__).parent
#: Endings of files that hold TAP.
SUFFIXES = {".tap", ".t", ".log", ".txt"}
#: Files that are given to the harnesses at a time.
AT_A_TIME = 500


def is_kernel(tap):
    return re.search(rb"^\s*KTAP version", tap, re.MULTILINE)


def is_kselftest(tap):
    return re.search(rb"^\s*# selftests: ", tap, re.MULTILINE)


def is_kunit(tap):
    return re.search(rb"^TAP version 14\r?$(.*\n)*[ \t]+# Subtest: ", tap, re.MULTILINE)


def is_log(tap):
    return re.search(rb"^[^#\s].*TAP version \d+\r?$", tap, re.MULTILINE)


def is_indented(tap):
    first = re.search(rb"^\s*(K?TAP version|(not )?ok\b|1\.\.)", tap, re.MULTILINE)
    return first and re.match(rb"[ \t]+K?TAP version", first[0])


def has_two_documents(tap):
    return len(re.findall(rb"^K?TAP version \d+\r?$", tap, re.MULTILINE)) > 1


def has_bail_out_behind_tab(tap):
    return re.search(rb"^ *\t\s*Bail out!", tap, re.MULTILINE)


def is_of_prove(tap):
    return re.search(rb"^\S*[./]\S* \.{2,} ?\r?$", tap, re.MULTILINE)


#: What we see in another way than both harnesses, and how to know it.
EXCEPTIONS = {
    "KTAP may lack a plan and has XFAIL": is_kernel,
    "What kselftest prints is the kernel's TAP": is_kselftest,
    "What KUnit prints is the kernel's TAP": is_kunit,
    "TAP behind the prefix of a log is TAP": is_log,
    "TAP whose every line is indented is TAP": is_indented,
    "A version line after a complete document begins another one": has_two_documents,
    "Bail out! behind a tab is text": has_bail_out_behind_tab,
    "The output of prove is the TAP of its scripts": is_of_prove,
}

#: What the harnesses do not agree on with each other: verdicts on files, and on the test points of one.
DISAGREE = {"ok": "TAP files that the harnesses judge differently", "points": "TAP files whose tests they read differently"}


class Harnesses:
    """The harnesses that are here; `why_not` says why one is not."""

    def __init__(self, root):
        self.root = root
        self.why_not = None
        self.folder = root / "target" / "differential" / "tap-parser"

    def set_up(self):
        """Finds the harnesses, and installs the one of npm; says whether both are there."""
        if not shutil.which("perl") or subprocess.run(["perl", "-MTAP::Parser", "-MJSON::PP", "-e1"], capture_output=True).returncode:
            self.why_not = "perl or its module TAP::Parser is missing"
        elif not shutil.which("node") or not shutil.which("npm"):
            self.why_not = "node or npm is missing"
        elif not self.is_installed():
            print(f"installing {TAP_PARSER} in {self.folder.relative_to(self.root)}", flush=True)
            npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", self.folder, TAP_PARSER]
            subprocess.run(npm, stdout=subprocess.DEVNULL)
            self.why_not = None if self.is_installed() else f"npm did not install {TAP_PARSER}"
        return self.why_not is None

    def package(self):
        return self.folder / "node_modules" / "tap-parser"

    def is_installed(self):
        package = self.package() / "package.json"
        return package.exists() and json.loads(package.read_text())["version"] == TAP_PARSER.split("@")[1]

    def verdicts(self, paths):
        """For each path what TAP::Parser says, and what tap-parser says."""
        perl = ["perl", HERE / "tap_parser.pl"]
        node = ["node", HERE / "tap_parser.mjs", self.package()]
        return [{entry["path"]: entry for entry in run_json(command, paths)} for command in (perl, node)]


def run_json(command, paths):
    for start in range(0, len(paths), AT_A_TIME):
        done = subprocess.run([*command, *paths[start : start + AT_A_TIME]], capture_output=True, check=True)
        yield from map(json.loads, done.stdout.splitlines())


def our_verdict(packets):
    """The same as a harness has it: which test points passed, and whether all did."""
    tests = [packet for packet in packets if packet.id and packet.status]
    outermost = [test for test in tests if re.match(r"test \d", test.id) and not is_inner(test.id) and not is_missing(test)]
    return {
        "points": [test.status != "fail" for test in outermost],
        "ok": all(test.status != "fail" for test in tests),
    }


def is_inner(id):
    return re.search(r"/(tests? \d|tap errors$|file skip$)", id)


def is_missing(test):
    return test.file is not None and test.file[0] == "tap meta"


def compare_verdicts(harnesses, tools, paths, report):
    """Compares verdicts over files. Exceptions count as allowed, and so does what the harnesses do not agree on."""
    perl, node = harnesses.verdicts(paths)
    for path in paths:
        tap = pathlib.Path(path).read_bytes()
        ours = our_verdict(decode(run_ours(tools, "tap2subunit", [], tap).output))
        for part in ("ok", "points"):
            report.runs += 1
            expected, other, got = perl[path][part], node[path][part], ours[part]
            if expected != other:
                report.allowed[DISAGREE[part]] += 1
            elif expected != got:
                name = next((name for name, is_so in EXCEPTIONS.items() if is_so(tap)), None)
                if name:
                    report.allowed[name] += 1
                else:
                    report.defect(tap, "tap2subunit, as harnesses judge", part, expected, got)


def generated_files(seed, count, folder):
    """Writes TAP of all kinds to files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    paths = []
    for index in range(count):
        chance = random.Random(f"{seed}/tap/{index}")
        path = folder / f"{index}.tap"
        end = "\r\n" if chance.random() < 0.1 else "\n"
        path.write_bytes("".join(line + end for line in tap_generate.any_version(chance)).encode())
        paths.append(str(path))
    return paths


def compare_with_reference(tap, tools, report):
    """Compares what both make of TAP 12."""
    report.runs += 1
    reference, run = run_reference("tap2subunit", [], tap), run_ours(tools, "tap2subunit", [], tap)
    if reference.status is None:
        report.defect(tap, "tap2subunit", "the reference crashed: keep such input out", reference.errors, run.errors)
        return
    told, needed = entries(reference.output), set()
    (expected, left), (got, right) = apart(told), apart(entries(run.output))
    right = told_one_by_one(right, needed)
    if re.search(rb"^Bail out!", tap, re.MULTILINE):
        needed.add(rows.TAP_BAIL_OUT)
        expected, got, left = up_to_bail_out(expected), up_to_bail_out(got), right
        if expected[-1][0] == "Bail out! ":
            needed.add(rows.TAP_BARE_BAIL_OUT)
            expected[-1] = ("Bail out!", *expected[-1][1:])
    elif told != expected + left:
        needed.add(rows.TAP_ORDER)
    got = [with_outcome_of(entry, other, needed) for entry, other in itertools.zip_longest(got, expected)]
    sides = [(expected, sorted(left), reference.status), (got, sorted(right), run.status)]
    if sides[0] == sides[1]:
        report.allowed.update(needed)
    else:
        report.defect(tap, "tap2subunit", "tests, missing tests, exit status", *sides)


def entries(output):
    """Tests and text in order, as values."""
    items = decode(output)
    if any(not isinstance(item, Packet) for item in items):
        return ["bytes outside of packets"]
    return [
        (entry.id, entry.status, entry.runnable, tuple(sorted(entry.files.items())))
        if isinstance(entry, Test)
        else (None, entry.name, entry.data, entry.mime)
        for entry in meaning(items).entries
    ]


def apart(list_):
    """The entries that TAP itself has, and those that say what it lacks."""
    is_said = [entry[0] is not None and "tap meta" in dict(entry[3]) for entry in list_]
    return tuple([entry for entry, said in zip(list_, is_said, strict=True) if said is wanted] for wanted in (False, True))


def told_one_by_one(lacks, needed):
    """What TAP lacks as the reference tells it: only missing tests, one by one."""
    told = []
    for id, *rest in lacks:
        if id == "tap errors":
            needed.add(rows.TAP_PLAN)
        elif id.startswith("tests "):
            needed.add(rows.TAP_MANY)
            first, last = map(int, re.findall(r"\d+", id))
            told += [(f"test {number}", *rest[:2], MISSING) for number in range(first, last + 1)]
        else:
            told.append((id, *rest))
    return told


MISSING = (("tap meta", ("text/plain; charset=UTF8", b"test missing from TAP output")),)


def up_to_bail_out(list_):
    """The tests up to there."""
    tests = [entry for entry in list_ if entry[0] is not None]
    ends = [index for index, entry in enumerate(tests) if entry[0].startswith("Bail out!")]
    # What is behind the line is a comment of it to both, unless there are tests between.
    return [*tests[: ends[0]], tests[ends[0]][:2]]


def with_outcome_of(entry, other, needed):
    if entry and other and entry[0] == other[0] and (entry[1], other[1]) == ("uxsuccess", "xfail"):
        needed.add(rows.TAP_TODO)
        return (entry[0], "xfail", *entry[2:])
    return entry


def is_tap(path):
    return path.suffix in SUFFIXES


def compare_all(root, tools, seed, count, files, report):
    """Compares over generated TAP, that of the project, and the files named."""
    for index in range(count):
        chance = random.Random(f"{seed}/tap-12/{index}")
        lines = tap_generate.version_12(chance)
        compare_with_reference("".join(line + "\n" for line in lines).encode(), tools, report)
    harnesses = Harnesses(root)
    if not harnesses.set_up():
        print(f"left out: what harnesses make of TAP, because {harnesses.why_not}", flush=True)
        return
    generated = generated_files(seed, 2 * count, root / "target" / "differential" / "tap")
    compare_verdicts(harnesses, tools, [*generated, *map(str, files)], report)
