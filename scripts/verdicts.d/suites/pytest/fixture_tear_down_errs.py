"""A test passes, and then its fixture fails."""

import pytest


@pytest.fixture
def database():
    yield
    raise OSError("no database")


def test_one(database):
    pass


def test_two():
    pass
