"""unittest and testtools with the writers of python-subunit."""

from model import Command, Writer

UNITTEST = Command(("python", "-m", "unittest", "test_suite"))
TESTTOOLS = Command(("python", "-m", "testtools.run", "test_suite"))
FOLDERS = ("outcomes", "subtests", "dies", "prints", "ids")

#: subunit.run always ends with status 0, and TestProtocolClient counts no failures.
WRITERS = [
    Writer(
        "unittest",
        "TestProtocolClient",
        "v1",
        Command(("python", "-u", "-m", "write_unittest")),
        FOLDERS,
        verdict=UNITTEST,
    ),
    Writer(
        "unittest",
        "subunit.run",
        "v2",
        Command(("python", "-m", "subunit.run", "test_suite")),
        (*FOLDERS, "version_2"),
        verdict=UNITTEST,
    ),
    Writer(
        "testtools",
        "TestProtocolClient, with times",
        "v1",
        Command(("python", "-u", "-m", "write_unittest", "timed")),
        ("testtools",),
        verdict=TESTTOOLS,
    ),
    Writer(
        "testtools",
        "subunit.run",
        "v2",
        Command(("python", "-m", "subunit.run", "test_suite")),
        ("testtools",),
        verdict=TESTTOOLS,
    ),
    Writer(
        "testtools",
        "ConcurrentStreamTestSuite",
        "v2",
        Command(("python", "-m", "write_concurrent")),
        ("testtools", "outcomes", "subtests"),
        verdict=UNITTEST,
    ),
]
