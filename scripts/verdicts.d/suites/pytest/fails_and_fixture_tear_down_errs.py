"""A test fails, and so does its fixture afterwards."""

import pytest


@pytest.fixture
def database():
    yield
    raise OSError("no database")


def test_one(database):
    assert 1 == 2


def test_two():
    pass
