"""Runs test_suite with the result of python-subunit that writes version 1."""

import sys
import unittest

import subunit
import subunit.test_results


def main():
    suite = unittest.defaultTestLoader.loadTestsFromName("test_suite")
    result = subunit.TestProtocolClient(sys.stdout.buffer)
    if "timed" in sys.argv:
        result = subunit.test_results.AutoTimingTestResultDecorator(result)
    suite.run(result)


if __name__ == "__main__":
    main()
