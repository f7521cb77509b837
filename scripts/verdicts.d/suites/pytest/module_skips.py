"""The whole module is skipped while it is collected."""

import pytest

pytest.importorskip("no_such_module_anywhere")


def test_one():
    assert 1 == 2
