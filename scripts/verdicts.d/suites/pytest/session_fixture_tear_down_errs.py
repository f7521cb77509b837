"""All tests pass, and then a fixture of the session fails."""

import pytest


@pytest.fixture(scope="session")
def database():
    yield
    raise OSError("no database")


def test_one(database):
    pass


def test_two():
    pass
