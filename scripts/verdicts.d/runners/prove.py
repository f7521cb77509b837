"""Perl's Test::More: through prove, and the scripts by themselves."""

import shutil

from model import Command, Writer


def why_not():
    return None if shutil.which("prove") else "prove, of perl, is missing"


def writer(runner, name, *words, suites=("perl",)):
    return Writer(runner, name, "tap", Command(words), suites, file="suite.t")


WRITERS = [
    writer("prove", "-v", "prove", "-v", "suite.t", suites=("perl", "tap")),
    writer("prove", "-v --merge --timer", "prove", "-v", "--merge", "--timer", "suite.t"),
    writer("Test::More", "the script", "perl", "suite.t"),
    writer("Test::More", "the script, 2>&1", "sh", "-c", "exec perl suite.t 2>&1"),
]
