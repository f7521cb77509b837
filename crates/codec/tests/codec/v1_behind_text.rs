//! Outcomes of version 1 behind text, for tests that are not open.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use subunit_codec::{Protocol, Status};
use testkit::items::{damage, read, text, translate};
use testkit::stream::test;

use crate::v1_lines::{OUTCOMES, list, outcomes, verdicts};

use Status::{Fail, Skip, Success};

const BEFORE: [&str; 5] = ["connecting...", "50%\r", "\x1b[0m", "closing the db ", "1/3 [##  ]\x1b[0m\r\x1b[K"];

const DETAILS: [&str; 3] = [
    " [\nboom\n]\n",
    " [\nTraceback:\n  File \"x.py\"\nsocket.error: [Errno 111] refused\nerror: no such file\n]\n",
    " [ multipart\nContent-Type: text/plain\nlog\n4\r\nboom0\r\n]\n",
];

fn is_failure(status: Status) -> bool {
    matches!(status, Fail | Status::UnexpectedSuccess)
}

#[test]
fn between_tests_a_failing_outcome_with_details_counts_behind_text() {
    for before in BEFORE {
        for details in DETAILS {
            for (word, status) in OUTCOMES {
                let line = format!("{before}{word}: setUpClass (m.A){details}");
                let failed = is_failure(status).then_some(("setUpClass (m.A)", status));
                let passed = ("m.B.b", Success);
                for stream in [
                    format!("{line}test: m.B.b\nsuccess: m.B.b\n"),
                    format!("{line}{before}test: m.B.b\nsuccess: m.B.b\n"),
                    format!("log\n{line}log\n{before}test: m.B.b\nlog\nsuccess: m.B.b\n"),
                ] {
                    assert_eq!(outcomes(&stream), list(failed.into_iter().chain([passed])), "{stream}");
                }
                let later = format!("test: m.B.b\nsuccess: m.B.b\n{line}");
                assert_eq!(outcomes(&later), list([passed].into_iter().chain(failed)), "{later}");
                assert_eq!(outcomes(&line), list(failed), "{line}");
            }
        }
    }
}

#[test]
fn prose_that_ends_in_a_bracket_is_text() {
    for after in [
        "",
        "more\n",
        "test: b\nsuccess: b\n]\n",
        "test: b\nfailure: b [\nboom\n]\n",
        "error: b [\nboom\n]\n",
        "time: 2014-06-08 09:09:11Z\n]\n",
        "more\n]]\n] \n",
    ] {
        for prose in ["see error: foo [\n", "see error: foo [ multipart\n"] {
            let stream = format!("test: a\nsuccess: a\n{prose}{after}");
            let expected = verdicts(&translate(format!("test: a\nsuccess: a\n{after}").as_bytes()));
            assert_eq!(outcomes(&stream), expected, "{stream}");
        }
    }
    let parts = "see error: foo [ multipart\nparts\n]\ntest: b\nsuccess: b\n";
    assert_eq!(outcomes(parts), list([("b", Success)]), "a content type is missing");
    let indented = "  error: foo [\nboom\n]\ntest: b\nsuccess: b\n";
    assert_eq!(outcomes(indented), list([("b", Success)]), "somebody shows another stream");
}

#[test]
fn what_a_test_prints_is_no_failure_of_another_test() {
    for details in DETAILS {
        let stream = format!("test: a\nparse error: list{details}success: a\n");
        assert_eq!(outcomes(&stream), list([("a", Success)]), "{stream}");
        let late = format!("test: a\nsuccess: a\ntest: b\nworking...error: a{details}success: b\n");
        assert_eq!(outcomes(&late), list([("a", Success), ("a", Fail), ("b", Success)]), "{late}");
    }
}

#[test]
fn a_start_and_its_outcome_count_if_both_are_behind_text() {
    for before in ["closing...", "1/3 [##  ]\x1b[0m\r\x1b[K"] {
        for (word, status) in OUTCOMES {
            for details in ["\n", DETAILS[1], DETAILS[2]] {
                for between in ["", "time: 2014-06-08 09:09:11Z\n", "a log\n"] {
                    let tests = format!("{before}test: b\n{between}{before}{word}: b{details}");
                    let detected = verdicts(&read(tests.as_bytes(), Protocol::Auto));
                    assert_eq!(detected, list([("b", status)]), "{tests}");
                    let stream = format!("test: a\nsuccess: a\n{tests}test: c\nsuccess: c\n");
                    let expected = list([("a", Success), ("b", status), ("c", Success)]);
                    assert_eq!(outcomes(&stream), expected, "{stream}");
                }
            }
        }
    }
    let stream = "test: a\nsuccess: a\nclosing...test: b\nworking...success: b\n";
    assert_eq!(text(&translate(stream.as_bytes())), b"closing...working...");
}

#[test]
fn a_skipped_subtest_behind_text_ends_its_test() {
    for before in BEFORE {
        for details in DETAILS {
            let skip = format!("test: a\n{before}skip: a (i=1){details}");
            for after in ["", "more...test: b\nsuccess: b\n", "test: b\nsuccess: b\n"] {
                let verdicts = outcomes(format!("{skip}{after}"));
                assert_eq!(verdicts.first(), Some(&("a (i=1)".to_owned(), Skip)), "{skip}{after}");
                assert_eq!(verdicts.last(), Some(&("a".to_owned(), Skip)), "{skip}{after}");
            }
            let failed = outcomes(format!("{skip}{before}failure: a [i] (j=2){details}"));
            assert_eq!(failed, list([("a (i=1)", Skip), ("a [i] (j=2)", Fail), ("a", Fail)]));
        }
    }
}

#[test]
fn an_outcome_behind_text_says_that_the_stream_is_version_1() {
    let log = "a line of a log\n".repeat(5_000);
    for start in ["test: a\n", "closing...test: a\n"] {
        for outcome in ["working...success: a\n", "working...success: a [\nlog\n]\n"] {
            for between in ["", "1 m\u{b3}x\n", &log] {
                for before in ["", &log] {
                    let stream = format!("{before}{start}{between}{outcome}test: b\n{log}skip: b\n");
                    let verdicts = verdicts(&read(stream.as_bytes(), Protocol::Auto));
                    assert_eq!(verdicts, list([("a", Success), ("b", Skip)]), "{start}{} {outcome}", between.len());
                }
            }
        }
    }
    let stream = format!("test: a\n{log}x...skip: a (i=1) [\nno\n]\n{log}");
    assert_eq!(verdicts(&read(stream.as_bytes(), Protocol::Auto)), list([("a (i=1)", Skip), ("a", Skip)]));
}

#[test]
fn an_outcome_behind_text_before_a_packet_is_text() {
    let line = b"see error: foo [\nboom\n]\nmore\n";
    let items = read(&[line, &test("mod.a", Success)[..]].concat()[..], Protocol::Auto);
    assert_eq!((verdicts(&items), text(&items)), (list([("mod.a", Success)]), line.to_vec()));
}

#[test]
fn outcomes_behind_text_without_details_take_linear_time() {
    let mut stream = String::new();
    for number in 0..50_000 {
        let _ = writeln!(stream, "see error: t{number} [");
    }
    let begun = Instant::now();
    for protocol in [Protocol::V1, Protocol::Auto] {
        for end in ["", "]\n", "\u{b3}\ntest: a\nsuccess: a\n"] {
            let items = read(format!("{stream}{end}").as_bytes(), protocol);
            assert!(damage(&items).is_empty());
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(30), "it took {:?}", begun.elapsed());
}
