"""Perl's Test::More: through prove, and the scripts by themselves."""

import shutil

from model import Command, Writer

OPTIONAL = False


def why_not():
    return None if shutil.which("prove") else "prove, of perl, is missing"


def writer(runner, name, *words, suites=("perl",), **more):
    return Writer(runner, name, "tap", Command(words), suites, file="suite.t", **more)


def prepare_others(folder):
    """Scripts that pass, to be run before and after the suite."""
    for name in "first.t", "last.t":
        (folder / name).write_text("use Test::More tests => 1;\nok 1, 'another script';\n")


#: Scripts alone say too little: a test that they lose makes prove fail, not them.
VERDICT = Command(("prove", "suite.t"))

WRITERS = [
    writer("prove", "-v", "prove", "-v", "suite.t", suites=("perl", "tap", "prove")),
    writer("prove", "-v --merge", "prove", "-v", "--merge", "suite.t"),
    writer("prove", "-v --timer", "prove", "-v", "--timer", "suite.t", suites=("perl", "tap", "prove")),
    writer("prove", "without -v", "prove", "suite.t", suites=("perl", "tap", "prove")),
    writer(
        "prove",
        "--timer of three scripts",
        *("prove", "--timer", "first.t", "suite.t", "last.t"),
        suites=("perl", "tap", "prove"),
        prepare=prepare_others,
    ),
    writer(
        "prove",
        "-v of three scripts",
        *("prove", "-v", "first.t", "suite.t", "last.t"),
        suites=("perl", "tap", "prove"),
        prepare=prepare_others,
    ),
    writer("Test::More", "the script", "perl", "suite.t", suites=("perl", "tap"), verdict=VERDICT),
    writer("Test::More", "the script, 2>&1", "sh", "-c", "exec perl suite.t 2>&1", verdict=VERDICT),
]
