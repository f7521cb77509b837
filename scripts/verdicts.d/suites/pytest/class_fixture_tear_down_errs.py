"""The tests of a class pass and skip, and then its fixture fails; another class passes."""

import pytest


class TestA:
    @pytest.fixture(scope="class", autouse=True)
    def database(self):
        yield
        raise OSError("no database")

    def test_one(self):
        pass

    def test_two(self):
        pytest.skip("not now")


class TestB:
    def test_three(self):
        pass
