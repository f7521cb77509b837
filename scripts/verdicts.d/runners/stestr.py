"""stestr: what it writes while it runs, what it writes afterwards, and the files that it stores."""

from model import Command, Writer

RUN = "stestr --test-path . run --concurrency 2"
VERDICT = Command(tuple(RUN.split()))


def prepare(folder):
    (folder / ".stestr.conf").write_text("[DEFAULT]\ntest_path=.\n")


def after(command):
    return Command(("sh", "-c", f"{RUN} >/dev/null 2>&1; {command}"))


WRITERS = [
    Writer(
        "stestr",
        name,
        "v2",
        command,
        suites,
        verdict=VERDICT,
        prepare=prepare,
    )
    for name, command, suites in [
        ("run --subunit", Command((*RUN.split(), "--subunit")), ("unittest", "testtools")),
        ("last --subunit", after("stestr last --subunit"), ("testtools",)),
        (".stestr/0", after("cat .stestr/0"), ("testtools",)),
    ]
]
