"""A test fails as expected, and then its fixture fails, too."""

import pytest


@pytest.fixture
def database():
    yield
    raise OSError("no database")


@pytest.mark.xfail
def test_one(database):
    assert 1 == 2


def test_two():
    pass
