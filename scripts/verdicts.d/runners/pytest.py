"""pytest with the plugin pytest-subunit."""

from model import Command, Writer

CONFTEST = '''"""Takes back what pytest-subunit does to the exit status: it makes it 0."""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    session.exitstatus = exitstatus
'''


def prepare(folder):
    (folder / "conftest.py").write_text(CONFTEST)


SOME = ("unexpected_success", "skip_then_clean_up_fails", "set_up_class_fails", "tear_down_class_fails")
SOME = tuple(f"outcomes/{name}" for name in SOME)

WRITERS = [
    Writer(
        "pytest",
        "--subunit",
        "v2",
        Command(("pytest", "-p", "no:cacheprovider", "-q", "test_suite.py", "--subunit")),
        ("pytest", "subtests", *SOME),
        prepare=prepare,
    )
]
