#!/bin/sh
# A runner with a suite of 500 tests, suite.test_001 to suite.test_500: runs those that are listed
# on standard input, in that order. If suite.test_402 runs behind suite.test_137, it fails four
# times out of five. The number of the run decides when.
number=$(printf '%s' "${SUBUNIT_TRIAL:-$RUN}" | cksum)
awk -v number="${number%% *}" '
    function say(status, more) {
        printf "{\"test_id\":\"%s\",\"test_status\":\"%s\"", $0, status
        printf ",\"timestamp\":\"2026-11-26T10:%02d:%06.3fZ\"%s}\n", clock / 60, clock % 60, more
    }
    {
        say("inprogress")
        clock += (substr($0, 12) % 10 + 1) / 100
        if ($0 == "suite.test_402" && is_broken && number % 5 > 0)
            say("fail", ",\"file_name\":\"traceback\",\"mime_type\":\"text/plain;charset=utf8\"" \
                ",\"file_bytes\":\"AssertionError: the cache is not empty\\n\",\"eof\":true")
        else
            say("success")
        is_broken = is_broken || $0 == "suite.test_137"
    }' | json2subunit
