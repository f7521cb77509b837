"""unittest and testtools with the writers of python-subunit."""

from model import Command, Writer

UNITTEST = Command(("python", "-m", "unittest", "test_suite"))
TESTTOOLS = Command(("python", "-m", "testtools.run", "test_suite"))
FOLDERS = ("outcomes", "subtests", "dies", "prints", "ids")

#: Results go to descriptor 3, which tests do not print to.
ON_DESCRIPTOR = "import io; from subunit.run import main; main(stdout=io.open(3, 'wb', 0))"

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
        "unittest",
        "subunit.run in subunit-exec --fd 3",
        "v2",
        Command(("subunit-exec", "--fd", "3", "--test-id", "run", "--", "python", "-c", ON_DESCRIPTOR, "test_suite")),
        (*FOLDERS, "version_2", "forges"),
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
