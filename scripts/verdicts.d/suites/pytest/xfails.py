"""Tests fail as expected: in the test, in its fixture, and without being run."""

import pytest


@pytest.fixture
def database():
    raise OSError("no database")


@pytest.mark.xfail
def test_one():
    assert 1 == 2


@pytest.mark.xfail
def test_two(database):
    pass


@pytest.mark.xfail(run=False)
def test_three():
    assert 1 == 2


def test_four():
    pytest.xfail("known")
