"""A fixture fails before its test; another test passes."""

import pytest


@pytest.fixture
def database():
    raise OSError("no database")


def test_one(database):
    pass


def test_two():
    pass
