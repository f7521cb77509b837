"""Twisted's trial. Of its reporters one writes subunit, of version 1; the others are for people."""

from model import Command, Writer

SUBUNIT = ("trial", "--reporter=subunit")

WRITERS = [
    Writer("trial", "--reporter=subunit", "v1", Command((*SUBUNIT, "test_suite")), ("trial", "unittest")),
    Writer(
        "trial",
        "--reporter=subunit -j2",
        "v1",
        Command((*SUBUNIT, "-j2", "test_suite")),
        ("trial",),
        verdict=Command(("trial", "-j2", "test_suite")),
    ),
    Writer(
        "trial",
        "python-subunit's subunit-1to2",
        "v2",
        Command(("sh", "-c", "trial --reporter=subunit test_suite | subunit-1to2")),
        ("trial",),
        verdict=Command(("trial", "test_suite")),
    ),
]
