"""Tests and parameters that pass, with output."""

import pytest


@pytest.mark.parametrize("text", ["a b", "é", "[x]", "test: a\nfailure: a", ""])
def test_one(text):
    print("test: inner\nerror: inner [\nboom\n]")


def test_two():
    print("no newline", end="")
