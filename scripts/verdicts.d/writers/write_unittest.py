"""Runs test_suite with a result of python-subunit. Its exit status says nothing: these results know no failures."""

import sys
import unittest

import subunit
import subunit.test_results
import testtools


def result_for(arguments):
    if arguments[0] == "v2":
        return testtools.ExtendedToStreamDecorator(subunit.StreamResultToBytes(sys.stdout.buffer))
    result = subunit.TestProtocolClient(sys.stdout.buffer)
    return subunit.test_results.AutoTimingTestResultDecorator(result) if "timed" in arguments else result


def main():
    suite = unittest.defaultTestLoader.loadTestsFromName("test_suite")
    result = result_for(sys.argv[1:])
    result.startTestRun()
    suite.run(result)
    result.stopTestRun()


if __name__ == "__main__":
    main()
