"""A subtest of the fixture of that name fails, and the next passes."""


def test_one(subtests):
    for number in range(3):
        with subtests.test(number=number):
            assert number != 1


def test_two():
    pass
