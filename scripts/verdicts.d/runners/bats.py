"""bats, with each of its formatters that writes TAP."""

import shutil

from model import Command, Writer

OPTIONAL = False


def why_not():
    return None if shutil.which("bats") else "bats is missing"


def writer(name):
    return Writer("bats", name, "tap", Command(("bats", *name.split(), "suite.bats")), ("bats",), file="suite.bats")


WRITERS = [writer("--tap"), writer("-F tap13 --timing --print-output-on-failure")]
