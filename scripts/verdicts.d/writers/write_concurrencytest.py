"""Runs test_suite with two workers of concurrencytest.

`workers` copies their streams to standard output as they come, line by line. `parent` has them parsed, as
the package does, and writes version 2; its exit status is that of a result for people.
"""

import os
import selectors
import sys
import unittest

import concurrencytest
import subunit
import testtools


def suite():
    return unittest.defaultTestLoader.loadTestsFromName("test_suite")


def copy(tests):
    """Reads the pipes of all workers at once, and writes what each has to say in one piece."""
    with selectors.DefaultSelector() as selector:
        for test in tests:
            selector.register(test._stream.fileno(), selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                if data := os.read(key.fd, 65536):
                    sys.stdout.buffer.write(data)
                    sys.stdout.buffer.flush()
                else:
                    selector.unregister(key.fd)


def main():
    make = concurrencytest.fork_for_tests(2, concurrencytest.partition_tests_by_class)
    if sys.argv[1] == "workers":
        copy(make(suite()))
        return 0
    told = unittest.TestResult()
    stream = testtools.ExtendedToStreamDecorator(subunit.StreamResultToBytes(sys.stdout.buffer))
    result = testtools.MultiTestResult(told, stream)
    result.startTestRun()
    concurrencytest.ConcurrentTestSuite(suite(), make).run(result)
    result.stopTestRun()
    return int(not told.wasSuccessful())


if __name__ == "__main__":
    sys.exit(main())
