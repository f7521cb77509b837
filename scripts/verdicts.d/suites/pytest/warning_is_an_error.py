"""A warning fails a test, and another warning of a class fixture a class."""

import warnings

import pytest


@pytest.mark.filterwarnings("error")
def test_one():
    warnings.warn("old", DeprecationWarning)


class TestB:
    @classmethod
    def setup_class(cls):
        raise DeprecationWarning("older")

    def test_two(self):
        pass
