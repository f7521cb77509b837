"""stestr: the streams of a run and of the last run, and the files that it stores, of version 1."""

from model import Command, Writer

RUN = "stestr --test-path . run --concurrency 2"
FEW = ("testtools/dies", "testtools/subtest_skips", "outcomes/set_up_class_fails")
MORE = (
    "outcomes/passes",
    "outcomes/skip_then_clean_up_fails",
    "outcomes/tear_down_class_fails",
    "outcomes/unexpected_success",
    "outcomes/import_error",
    "dies/killed_in_class_fixture",
    "testtools/details",
)


def prepare(folder):
    (folder / ".stestr.conf").write_text("[DEFAULT]\ntest_path=.\n")


def writer(name, protocol, command, suites, verdict=None):
    return Writer("stestr", name, protocol, Command(command), suites, prepare=prepare, verdict=verdict)


def after(command):
    return "sh", "-c", f"{RUN} >/dev/null 2>&1; status=$?; {command}; exit $status"


#: With --subunit, `stestr run` ends with status 0 whatever the tests did.
WRITERS = [
    writer("run --subunit", "v2", (*RUN.split(), "--subunit"), FEW + MORE, Command(tuple(RUN.split()))),
    writer("last --subunit", "v2", after("stestr last --subunit"), FEW),
    writer(".stestr/0", "v1", after("cat .stestr/0"), FEW + MORE),
]
