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


WRITERS = [
    Writer(
        "pytest",
        "--subunit",
        "v2",
        Command(("pytest", "-p", "no:cacheprovider", "-q", "test_suite.py", "--subunit")),
        ("pytest", "subtests"),
        prepare=prepare,
    )
]
