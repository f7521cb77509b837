"""Parameters skip, fail as expected, and fail; their ids hold brackets and newlines."""

import pytest


@pytest.mark.parametrize(
    "number",
    [
        1,
        pytest.param(2, marks=pytest.mark.skip, id="[skip]"),
        pytest.param(3, marks=pytest.mark.xfail, id="x\nfail"),
        pytest.param(4, id="é"),
    ],
)
def test_one(number):
    assert number < 3
