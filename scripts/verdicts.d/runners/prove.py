"""Perl's Test::More: through prove, and the scripts by themselves."""

import shutil

from model import Command, Writer

OPTIONAL = False


def why_not():
    return None if shutil.which("prove") else "prove, of perl, is missing"


def writer(runner, name, *words, suites=("perl",), verdict=None):
    return Writer(runner, name, "tap", Command(words), suites, file="suite.t", verdict=verdict)


#: Scripts alone say too little: a test that they lose makes prove fail, not them.
VERDICT = Command(("prove", "suite.t"))

WRITERS = [
    writer("prove", "-v", "prove", "-v", "suite.t", suites=("perl", "tap")),
    writer("prove", "-v --merge", "prove", "-v", "--merge", "suite.t"),
    writer("prove", "-v --timer", "prove", "-v", "--timer", "suite.t"),
    writer("Test::More", "the script", "perl", "suite.t", suites=("perl", "tap"), verdict=VERDICT),
    writer("Test::More", "the script, 2>&1", "sh", "-c", "exec perl suite.t 2>&1", verdict=VERDICT),
]
