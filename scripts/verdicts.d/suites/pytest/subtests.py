"""Subtests of the fixture of that name: one is skipped, one fails as expected; the others pass."""

import pytest


def test_one(subtests):
    for number in range(4):
        with subtests.test(number=number):
            if number == 1:
                pytest.skip("not this one")
            if number == 2:
                pytest.xfail("known")


def test_two():
    pass
