"""Twisted's trial. Of its reporters one writes subunit, of version 1; the others are for people."""

from model import Command, Writer

SUBUNIT = ("trial", "--reporter=subunit")
FEW = ("passes", "to_do", "port_left", "skip_then_clean_up_fails", "deferred_fails_unhandled", "dies")
FEW = tuple(f"trial/{name}" for name in FEW)
TO_VERSION_2 = "set -o pipefail; trial --reporter=subunit test_suite | subunit-1to2"

WRITERS = [
    Writer("trial", "--reporter=subunit", "v1", Command((*SUBUNIT, "test_suite")), ("trial", "outcomes", "subtests")),
    Writer("trial", "--reporter=subunit -j2", "v1", Command((*SUBUNIT, "-j2", "test_suite")), FEW),
    # The converter is that of python-subunit, which loses some failures of version 1.
    Writer("trial", "--reporter=subunit | subunit-1to2", "v2", Command(("bash", "-c", TO_VERSION_2)), FEW),
]
