"""A test that may fail does so with another error than it may."""

import pytest


@pytest.mark.xfail(raises=ValueError)
def test_one():
    raise OSError("no database")


def test_two():
    pass
