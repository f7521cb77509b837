"""zope.testrunner, in one process and with a process for each layer."""

from model import Command, Writer

RUN = ("zope-testrunner", "--test-path=.", "--tests-pattern=^test_suite$")

#: Its tests run without the suites of unittest, which have the fixtures of classes and modules.
SOME = ("expected_failures", "unexpected_success", "skips", "skip_then_clean_up_fails", "clean_ups_fail", "import_error")
SOME = tuple(f"outcomes/{name}" for name in SOME)
FOLDERS = ("zope", "subtests", "prints")

WRITERS = [
    Writer("zope.testrunner", "--subunit", "v1", Command((*RUN, "--subunit")), (*FOLDERS, *SOME)),
    Writer("zope.testrunner", "--subunit -j2", "v1", Command((*RUN, "--subunit", "-j2")), ("zope",)),
    Writer("zope.testrunner", "--subunit-v2", "v2", Command((*RUN, "--subunit-v2")), ("zope",)),
    Writer("zope.testrunner", "--subunit-v2 -j2", "v2", Command((*RUN, "--subunit-v2", "-j2")), ("zope",)),
]
