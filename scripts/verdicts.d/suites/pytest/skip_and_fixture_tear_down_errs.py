"""A test is skipped, and then its fixture fails."""

import pytest


@pytest.fixture
def database():
    yield
    raise OSError("no database")


def test_one(database):
    pytest.skip("not now")


def test_two():
    pass
