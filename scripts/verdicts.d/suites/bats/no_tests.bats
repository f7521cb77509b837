# There are no tests.
