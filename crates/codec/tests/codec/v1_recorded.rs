//! Streams of real runs, and streams in the same forms, with the verdicts that their runners gave.

use subunit_codec::{Event, Status};
use testkit::items::{events, text, translate};
use testkit::stream::at;

use crate::v1_lines::{list, outcomes};

use Status::{Fail, Skip, Success, UnexpectedSuccess};

/// A name, a stream, and its tests. The status of the run follows from those.
type Case = (&'static str, &'static str, &'static [(&'static str, Status)]);

const CASES: [Case; 20] = [
    (
        "unittest: a class fixture that fails has no start",
        "error: setUpClass (m.A) [\nRuntimeError: class broke\n]\ntest: m.B.b\nsuccess: m.B.b\n",
        &[("setUpClass (m.A)", Fail), ("m.B.b", Success)],
    ),
    (
        "what a fixture printed is no test",
        "error: setUpClass (C) [\nRuntimeError: child said\ntest: inner\nsuccess: inner\n]\n",
        &[("setUpClass (C)", Fail)],
    ),
    (
        "a traceback does not set tags and time",
        "test: a\nsuccess: a\nerror: tearDownClass (C) [\ntags: slow\ntime: 2001-01-01 00:00:00Z\nprogress: 3\n]\n\
         test: b\nsuccess: b\n",
        &[("a", Success), ("tearDownClass (C)", Fail), ("b", Success)],
    ),
    ("a test that never began", "test: a\nsuccess: a\nfailure: b [\nboom\n]\n", &[("a", Success), ("b", Fail)]),
    (
        "interleaved tests",
        "test: a\ntest: b\nsuccess: a\nfailure: b [\nx\n]\ntest: c\nsuccess: c\n",
        &[("a", Success), ("b", Fail), ("c", Success)],
    ),
    (
        "nested tests",
        "test: suite\ntest: inner\nsuccess: inner\nsuccess: suite\n",
        &[("inner", Success), ("suite", Success)],
    ),
    ("a progress bar", "test: a\nprogress 50%%uxsuccess: a\n", &[("a", UnexpectedSuccess)]),
    (
        "a test that runs cargo",
        "test: a\ntest result: ok. 3 passed; 0 failed\nsuccess: a\ntest: b\nsuccess: b\n",
        &[("a", Success), ("b", Success)],
    ),
    (
        "a test that says what it tests",
        "test: a\ntesting connection to db\nsuccess: a\ntest: b\nsuccess: b\n",
        &[("a", Success), ("b", Success)],
    ),
    ("a test that says how long it took", "test: a\ntime taken: 3 s\nsuccess: a\n", &[("a", Success)]),
    (
        "a second error, with the output of cargo",
        "tags: w0\ntest: m.A.a\nfailure: m.A.a [\nfirst\n]\nerror: m.A.a [\nCalledProcessError:\n\
         test result: FAILED. 0 passed\ntags: red green\ntime: 12 s\n]\ntest: m.B.b\nsuccess: m.B.b\n",
        &[("m.A.a", Fail), ("m.A.a", Fail), ("m.B.b", Success)],
    ),
    (
        "unittest, recorded: a cleanup that fails after a skip",
        "test: test_s.D.test_skip_err\nskip: test_s.D.test_skip_err [\nx\n]\n\
         failure: test_s.D.test_skip_err [\nAssertionError: cl\n]\n",
        &[("test_s.D.test_skip_err", Skip), ("test_s.D.test_skip_err", Fail)],
    ),
    ("the same without details", "test: a\nskip: a\nerror: a\n", &[("a", Skip), ("a", Fail)]),
    ("trial: a dirty reactor", "test: a\nsuccess: a\nerror: a [\nDirtyReactor\n]\n", &[("a", Success), ("a", Fail)]),
    ("a colour reset", "\x1b[31mtest log\n\x1b[0mtest: b\nfailure: b [\nx\n]\n", &[("b", Fail)]),
    (
        "a crash",
        "test: a\nSegfaulttest: b\nfailure: b [\nx\n]\ntest: c\nsuccess: c\n",
        &[("b", Fail), ("c", Success), ("a", Fail)],
    ),
    (
        "output without a newline before a start",
        "test: a\nsuccess: a\nclosing dbtest: b\nfailure: b [\nboom\n]\ntest: c\nsuccess: c\n",
        &[("a", Success), ("b", Fail), ("c", Success)],
    ),
    (
        "unittest, recorded: output without a newline before an outcome and a start",
        "test: test_g.A.test_a\nno newlinesuccessful: test_g.A.test_a\nclosing db...test: test_g.B.test_b\n\
         failure: test_g.B.test_b [\nTraceback (most recent call last):\n  File \"/src/test_g.py\", line 7, in test_b\n\
         AssertionError: boom\n]\n",
        &[("test_g.A.test_a", Success), ("test_g.B.test_b", Fail)],
    ),
    (
        "a subtest that fails, and no outcome for the test",
        "test: m.A.sub\nfailure: m.A.sub (i=1) [\n1 == 1\n]\ntest: m.B.b\nsuccess: m.B.b\n",
        &[("m.A.sub (i=1)", Fail), ("m.B.b", Success), ("m.A.sub", Fail)],
    ),
    (
        "trial, recorded: four tests that print and pass",
        "test: test_say.T.test_a\ntesting connection to db\nsuccessful: test_say.T.test_a\ntest: test_say.T.test_b\n\
         test result: ok. 3 passed; 0 failed\nsuccessful: test_say.T.test_b\ntest: test_say.T.test_c\ntime taken: 3 s\n\
         successful: test_say.T.test_c\ntest: test_say.T.test_d\nsuccessful: test_say.T.test_d\n",
        &[
            ("test_say.T.test_a", Success),
            ("test_say.T.test_b", Success),
            ("test_say.T.test_c", Success),
            ("test_say.T.test_d", Success),
        ],
    ),
];

#[test]
fn the_verdicts_are_those_of_the_runners() {
    for (name, stream, tests) in CASES {
        assert_eq!(outcomes(stream), list(tests.iter().copied()), "{name}");
    }
}

#[test]
fn a_duration_and_tags_are_right_if_output_without_a_newline_comes_before_them() {
    let items = translate(
        b"time: 2026-01-01 00:00:00Z\ntest: a\nworking...time: 2026-01-01 00:00:05.000000Z\nsuccessful: a\n\
          time: 2026-01-01 00:00:06.000000Z\ntest: b\ntime: 2026-01-01 00:00:07.000000Z\nsuccessful: b\n",
    );
    let times: Vec<_> = events(&items).iter().map(|event| event.timestamp).collect();
    assert_eq!(times, [0, 5, 6, 7].map(|second| Some(at(1_767_225_600 + second, 0))));
    let items = translate(b"tags: w1\ntest: a\nsuccess: a\nbyetags: -w1\ntest: b\nsuccess: b\n");
    assert_eq!(events(&items)[3], Event::test("b").status(Success), "the worker of a is not that of b");
    assert_eq!(text(&items), b"bye");
}
