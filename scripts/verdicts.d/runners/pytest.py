"""pytest with the plugin pytest-subunit, which always ends with status 0: plain pytest says the verdict."""

from model import Command, Writer

VERDICT = ("pytest", "-p", "no:cacheprovider", "-q", "test_suite.py")


def writer(name, *options, suites):
    return Writer(
        "pytest",
        name,
        "v2",
        Command((*VERDICT, *options, "--subunit")),
        suites,
        verdict=Command((*VERDICT, *options)),
    )


WRITERS = [
    writer("--subunit", suites=("pytest", "unittest")),
    writer("--subunit -s", "-s", suites=("pytest",)),
]
