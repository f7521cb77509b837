"""Runs the classes of test_suite in threads of testtools, which write version 2 with a route code for each."""

import sys
import unittest

import subunit
import testtools


def classes():
    """A suite for each class, with its route code."""
    suite = unittest.defaultTestLoader.loadTestsFromName("test_suite")
    return [(part, str(number)) for number, part in enumerate(suite)]


def main():
    summary = testtools.StreamSummary()
    result = testtools.CopyStreamResult([subunit.StreamResultToBytes(sys.stdout.buffer), summary])
    result.startTestRun()
    testtools.ConcurrentStreamTestSuite(classes).run(result)
    result.stopTestRun()
    return int(not summary.wasSuccessful())


if __name__ == "__main__":
    sys.exit(main())
