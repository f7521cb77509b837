"""unittest and testtools with the results of python-subunit, which write both versions."""

from model import Command, Writer

UNITTEST = Command(("python", "-m", "unittest", "test_suite"))
TESTTOOLS = Command(("python", "-m", "testtools.run", "test_suite"))

WRITERS = [
    Writer(
        "unittest",
        "TestProtocolClient",
        "v1",
        Command(("python", "-u", "-m", "write_unittest", "v1")),
        ("unittest",),
        verdict=UNITTEST,
    ),
    Writer(
        "unittest",
        "StreamResultToBytes",
        "v2",
        Command(("python", "-u", "-m", "write_unittest", "v2")),
        ("unittest", "version_2"),
        verdict=UNITTEST,
    ),
    Writer(
        "testtools",
        "TestProtocolClient",
        "v1",
        Command(("python", "-u", "-m", "write_unittest", "v1", "timed")),
        ("testtools",),
        verdict=TESTTOOLS,
    ),
    Writer(
        "testtools",
        "subunit.run",
        "v2",
        Command(("python", "-m", "subunit.run", "test_suite")),
        ("testtools", "unittest", "version_2"),
        verdict=TESTTOOLS,
    ),
]
