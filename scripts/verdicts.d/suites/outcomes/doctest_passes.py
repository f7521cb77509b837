"""A doctest passes that unittest runs.

>>> 1 + 1
2
"""

import doctest


def load_tests(loader, tests, pattern):
    return doctest.DocTestSuite()
