"""concurrencytest: the version 1 of two workers in one pipe, and the result of their parent."""

from model import Command, Writer
from runners.unittest_results import UNITTEST

WRITERS = [
    Writer(
        "concurrencytest",
        "its workers, in one pipe",
        "v1",
        Command(("python", "-u", "-m", "write_concurrencytest", "workers")),
        ("outcomes", "subtests", "dies"),
        verdict=UNITTEST,
    ),
    Writer(
        "concurrencytest",
        "its result, as v2",
        "v2",
        Command(("python", "-u", "-m", "write_concurrencytest", "parent")),
        ("outcomes",),
    ),
]
