"""go test, whose output gojson2subunit translates."""

import pathlib

from model import Command, Writer

CACHE = pathlib.Path(__file__).resolve().parents[3] / "target" / "verdicts" / "go"
ENV = (
    ("GOCACHE", str(CACHE)),
    ("GOPROXY", "off"),
    ("GOTELEMETRY", "off"),
    ("GOTOOLCHAIN", "local"),
)


def prepare(folder):
    (folder / "go.mod").write_text("module suite\n\ngo 1.24\n")


def writer(*words):
    command = ("go", "test", "-count=1", "-json", *words, ".")
    verdict = Command(("go", "test", "-count=1", "."), ENV)
    return Writer("go", " ".join(command[1:-1]), "go", Command(command, ENV), ("go",), "suite_test.go", verdict, prepare)


WRITERS = [writer(), writer("-v", "-bench=.")]
