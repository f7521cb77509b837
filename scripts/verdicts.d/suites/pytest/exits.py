"""A test ends the session."""

import pytest


def test_one():
    pass


def test_two():
    pytest.exit("no more", returncode=3)


def test_three():
    pass
