"""A doctest fails that unittest runs.

>>> print("test: a\\n]")
nothing
"""

import doctest


def load_tests(loader, tests, pattern):
    return doctest.DocTestSuite()
