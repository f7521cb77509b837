"""Tests are skipped: by a mark, inside, and by a fixture."""

import pytest


@pytest.fixture
def database():
    pytest.skip("no database")


@pytest.mark.skip(reason="not now")
def test_one():
    assert 1 == 2


def test_two():
    pytest.skip("not here")


def test_three(database):
    assert 1 == 2


def test_four():
    pass
