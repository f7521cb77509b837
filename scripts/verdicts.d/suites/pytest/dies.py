"""The process exits in a fixture, before the test is said to run."""

import os

import pytest


@pytest.fixture
def database():
    os._exit(3)


def test_one():
    pass


def test_two(database):
    pass
