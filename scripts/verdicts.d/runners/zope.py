"""zope.testrunner, in one process and with a process for each layer."""

from model import Command, Writer

WRITERS = [
    Writer(
        "zope.testrunner",
        " ".join(options),
        "v2" if "--subunit-v2" in options else "v1",
        Command(("zope-testrunner", "--test-path=.", "--tests-pattern=^test_suite$", *options)),
        suites,
    )
    for options, suites in [
        (("--subunit",), ("zope", "unittest")),
        (("--subunit", "-j2"), ("zope",)),
        (("--subunit-v2",), ("zope",)),
        (("--subunit-v2", "-j2"), ("zope", "unittest")),
    ]
]
