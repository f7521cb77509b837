"""A test passes that must fail."""

import pytest


@pytest.mark.xfail(strict=True)
def test_one():
    pass


def test_two():
    pass
