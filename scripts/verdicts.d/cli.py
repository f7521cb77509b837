"""The command line of scripts/verdicts."""

import argparse
import os
import pathlib
import shutil
import subprocess
import time

import interaction
import pins
import reference
import report
import runners
import stored
from runs import Runs


def main(root):
    parser = argparse.ArgumentParser(
        prog="verdicts", description="Compare the verdicts of our tools with those of real runners."
    )
    parser.add_argument("--tools", type=pathlib.Path, help="folder of our tools (built in release mode if not given)")
    parser.add_argument("-k", metavar="TEXT", default="", help="only runs with TEXT in 'runner writer, folder/suite'")
    arguments = parser.parse_args()
    tools = (arguments.tools or build(root)).resolve()
    work = root / "target" / "verdicts"
    work.mkdir(parents=True, exist_ok=True)
    python = reference.python_with(pins.PINS, work / "venv")
    writers, missing = runners.available()
    streams = work / "streams"
    if not arguments.k:
        shutil.rmtree(streams, ignore_errors=True)
    began = time.monotonic()
    rows = Runs(tools, streams, python.parent).all(writers, lambda writer, suite: arguments.k in f"{writer}, {suite}")
    is_well, one_sided = report.tell(rows, root, time.monotonic() - began)
    for name, why, _ in missing:
        print(f"left out: {name}, because {why}")
    for writer in one_sided if not arguments.k else ():
        print(f"failed: {writer} had no red run, or no green one, to compare")
        is_well = False
    mismatches = [
        *stored.compare(tools, work / "stored", python.parent),
        *interaction.compare(tools, work / "interaction", python.parent, root),
    ]
    for mismatch in mismatches:
        print(f"failed: {mismatch}")
        is_well = False
    if os.environ.get("CI") == "true" and not all(is_optional for *_, is_optional in missing):
        print("failed: a runner is missing")
        is_well = False
    return 0 if is_well else 1


def build(root):
    subprocess.run(["cargo", "build", "--quiet", "--release", "--locked", "--bins"], cwd=root, check=True)
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", root / "target")) / "release"
