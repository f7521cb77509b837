"""concurrencytest: two workers that write version 1, in one pipe, and what their parent makes of them."""

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
