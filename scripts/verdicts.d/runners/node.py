"""The test runner of node."""

import shutil
import subprocess

from model import Command, Writer

OPTIONAL = True

#: The first version whose runner has reporters is 18.15.
FIRST = (18, 15)


def why_not():
    if not shutil.which("node"):
        return "node is missing"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    numbers = tuple(int(part) for part in version.lstrip("v").split(".")[:2])
    return None if numbers >= FIRST else f"node {version} has no reporter for TAP"


def writer(name, *words, left_out=()):
    return Writer("node", name, "tap", Command(words), ("node",), file="suite.test.mjs", left_out=left_out)


WRITERS = [
    writer("--test", "node", "--test", "--test-reporter=tap", "suite.test.mjs"),
    # Without a test, a script of its own is none.
    writer("the script", "node", "--test-reporter=tap", "suite.test.mjs", left_out=("node/no_tests",)),
]
