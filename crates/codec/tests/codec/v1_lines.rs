//! Version 1 as real runners write it: which lines count, and which test they are about.

use subunit_codec::{Packet, Protocol, Status};
use testkit::items::{Owned, damage, events, in_pieces, packets, read, text, translate};
use testkit::stream::at;

use Status::{ExpectedFailure, Fail, InProgress, Skip, Success, UnexpectedSuccess};

/// Every spelling of an outcome, with its status.
pub(crate) const OUTCOMES: [(&str, Status); 7] = [
    ("success", Success),
    ("successful", Success),
    ("failure", Fail),
    ("error", Fail),
    ("skip", Skip),
    ("xfail", ExpectedFailure),
    ("uxsuccess", UnexpectedSuccess),
];

/// Details as they follow the label of an outcome: none, in brackets, and multipart. They hold
/// lines that would be directives elsewhere.
const DETAILS: [&str; 3] = [
    "\n",
    " [\nboom\nsuccess: inner\ntags: slow\ntime: 2001-01-01 00:00:00Z\nprogress: 3\n]\n",
    " [ multipart\nContent-Type: text/plain\nlog\n2C\r\nsuccess: inner\ntags: slow\ntime: 2001-01-01\nx0\r\n]\n",
];

/// Ids and final statuses, in the order in which they came, and `damage` for each report of damage.
/// Each start has its outcome, and each packet parses.
pub(crate) fn verdicts(items: &[Owned]) -> Vec<(String, Status)> {
    let mut verdicts = Vec::new();
    for item in items {
        match item {
            Owned::Packet(bytes) => {
                let packet = Packet::parse(bytes).expect("packets parse");
                let id = packet.test_id().expect("packets are about tests").to_owned();
                verdicts.extend(packet.status().filter(|status| status.is_final()).map(|status| (id, status)));
            }
            Owned::Damage { .. } => verdicts.push(("damage".to_owned(), Fail)),
            Owned::Text(_) => {}
        }
    }
    verdicts
}

/// The verdicts of a stream, which are the same if its version is to be found out and wherever it
/// is cut into pieces.
pub(crate) fn outcomes(stream: impl AsRef<[u8]>) -> Vec<(String, Status)> {
    let stream = stream.as_ref();
    let items = translate(stream);
    for sizes in [&[1][..], &[2, 3, 7, 11]] {
        for protocol in [Protocol::V1, Protocol::Auto] {
            let pieces = in_pieces(stream, sizes, protocol);
            assert_eq!(pieces, read(stream, protocol), "cut into {sizes:?}: {}", stream.escape_ascii());
        }
    }
    let verdicts = verdicts(&items);
    let detected = self::verdicts(&read(stream, Protocol::Auto));
    assert_eq!(detected, verdicts, "if the version is found out: {}", stream.escape_ascii());
    verdicts
}

pub(crate) fn list<'a>(verdicts: impl IntoIterator<Item = (&'a str, Status)>) -> Vec<(String, Status)> {
    verdicts.into_iter().map(|(id, status)| (id.to_owned(), status)).collect()
}

fn text_of(stream: &str) -> String {
    String::from_utf8_lossy(&text(&translate(stream.as_bytes()))).into_owned()
}

#[test]
fn an_outcome_with_details_counts_whatever_its_test_did_before() {
    let befores = [
        ("", vec![], &[][..]),
        ("test: c\nsuccess: c\n", vec![("c", Success)], &[]),
        ("test: a\nsuccess: a\n", vec![("a", Success)], &[]),
        ("test: a\nskip: a [\nwhy\n]\n", vec![("a", Skip)], &[]),
        ("test: a\nfailure: a\n", vec![("a", Fail)], &[]),
        ("test: c\n", vec![], &[("c", Fail)]),
        ("test: a\ntest: c\nsuccess: c\n", vec![("c", Success)], &[]),
        ("test: c\nsuccess: c\nclosing dbtest: a\n", vec![("c", Success)], &[]),
    ];
    for (before, mut expected, after) in befores {
        let count = expected.len();
        for (word, status) in OUTCOMES {
            for details in &DETAILS[1..] {
                let stream = format!("{before}{word}: a{details}test: b\nsuccess: b\n");
                expected.truncate(count);
                expected.extend([("a", status), ("b", Success)]);
                expected.extend(after);
                assert_eq!(outcomes(&stream), list(expected.clone()), "{stream}");
                let items = translate(stream.as_bytes());
                assert!(events(&items).iter().all(|event| event.tags.is_none()), "details hold no tags: {stream}");
            }
        }
    }
}

#[test]
fn an_outcome_without_details_counts_if_its_test_is_known() {
    for (word, status) in OUTCOMES {
        for (before, expected) in [
            ("test: a\nsuccess: a\n", vec![("a", Success), ("a", status)]),
            ("test: a\nerror: a [\nx\n]\n", vec![("a", Fail), ("a", status)]),
            ("test: a\ntest: c\nsuccess: c\n", vec![("c", Success), ("a", status)]),
            ("closing dbtest: a\n", vec![("a", status)]),
            ("closing dbtest: a\nmore text\n", vec![("a", status)]),
        ] {
            assert_eq!(outcomes(format!("{before}{word}: a\n")), list(expected), "{before}{word}: a");
        }
        let unknown =
            format!("{word}: no such file\ntest: a\n{word}: no such file\nsuccess: a\n{word}: no such file\n");
        assert_eq!(outcomes(&unknown), list([("a", Success)]));
        assert_eq!(text_of(&unknown), format!("{word}: no such file\n").repeat(3));
    }
}

#[test]
fn an_outcome_of_a_test_that_ended_keeps_its_attachments_to_itself() {
    let items = translate(b"test: a\nsuccess: a\nerror: a [\ndirty reactor\n]\n");
    let statuses: Vec<_> = events(&items).iter().map(|event| event.status).collect();
    assert_eq!(statuses, [Some(InProgress), Some(Success), Some(InProgress), None, Some(Fail)]);
}

#[test]
fn the_start_of_an_outcome_without_one_has_no_time() {
    let items = translate(b"time: 2014-06-08 09:09:11Z\nerror: setUpClass (C) [\nx\n]\n");
    let times: Vec<_> = events(&items).iter().map(|event| event.timestamp.is_some()).collect();
    assert_eq!(times, [false, true, true], "how long it took is not known");
}

#[test]
fn a_start_behind_text_counts_if_its_outcome_comes() {
    for before in ["closing db", "50%\r", "\x1b[0m", "t\0e\0x\0t\0\n\0", "latest: 3, ", "t", "te: "] {
        for (word, status) in OUTCOMES {
            for details in DETAILS {
                let stream = format!("test: c\nsuccess: c\n{before}test: a\n{word}: a{details}");
                assert_eq!(outcomes(&stream), list([("c", Success), ("a", status)]), "{stream:?}");
                assert_eq!(text_of(&stream), before, "{stream:?}");
            }
        }
        let alone = format!("test: c\nsuccess: c\n{before}test: a\nsuccess: b\n");
        assert_eq!(outcomes(&alone), list([("c", Success)]), "{alone:?}");
        assert_eq!(text_of(&alone), format!("{before}test: a\nsuccess: b\n"));
    }
}

#[test]
fn a_start_behind_text_begins_at_its_time_whenever_its_outcome_comes() {
    let stream = "time: 2014-06-08 09:09:11Z\n\x1b[0mtest: a\nlog\ntime: 2014-06-08 09:09:12Z\nfailure: a\n";
    let items = translate(stream.as_bytes());
    let times: Vec<_> = events(&items).iter().map(|event| event.timestamp).collect();
    assert_eq!(times, [Some(at(1_402_218_551, 0)), Some(at(1_402_218_552, 0))]);
}

#[test]
fn a_start_behind_the_output_of_a_crash_interrupts_the_test_that_crashed() {
    let stream = "test: a\nSegfaulttest: b\nfailure: b [\nx\n]\ntest: c\nsuccess: c\n";
    assert_eq!(outcomes(stream), list([("b", Fail), ("c", Success), ("a", Fail)]));
    assert_eq!(reasons(stream), ["the test 'a' was interrupted: 'b' began before it ended"]);
}

#[test]
fn an_indented_start_is_text() {
    let stream = "test: a\n  test: b\nsuccess: a\nsuccess: b\n";
    assert_eq!(outcomes(stream), list([("a", Success)]));
}

#[test]
fn a_time_behind_text_sets_the_clock() {
    for time in ["2014-06-08 09:09:11Z", "2014-06-08T11:09:11.000000+02:00"] {
        let items = translate(format!("test: a\nworking...time: {time}\nsuccess: a\n").as_bytes());
        assert_eq!(events(&items)[1].timestamp, Some(at(1_402_218_551, 0)), "{time}");
        assert_eq!(text(&items), b"working...");
    }
    for no_time in ["3 s", "2014-06-08", "2014-06-08 09:09:11Z or so"] {
        let items = translate(format!("test: a\nworking...time: {no_time}\nsuccess: a\n").as_bytes());
        assert_eq!(events(&items)[1].timestamp, None, "{no_time}");
        assert_eq!(text(&items), format!("working...time: {no_time}\n").as_bytes());
    }
}

#[test]
fn a_time_that_does_not_begin_with_a_year_is_text() {
    for prose in ["time: about an hour", "time: 3 s", "time: 12:30:00", "time: 0.5", "time: 201", "time:: now"] {
        let stream = format!("{prose}\ntest: a\n{prose}\nsuccess: a\n{prose}\n");
        assert_eq!(outcomes(&stream), list([("a", Success)]), "{prose}");
        assert_eq!(text_of(&stream), format!("{prose}\n").repeat(3));
    }
    for broken in ["time: 2014-06-08 09:09:", "time: 2014-13-01", "time: 1969-12-31 00:00:00Z", "time:  2014-x"] {
        let items = translate(format!("test: a\n{broken}\nsuccess: a\n").as_bytes());
        assert_eq!(damage(&items).len(), 1, "{broken}");
    }
}

#[test]
fn tags_behind_text_are_taken_back_and_never_added() {
    let tags = |line: &str| {
        let stream = format!("tags: w1\ntest: a\nsuccess: a\n{line}\ntest: b\nsuccess: b\n");
        let items = translate(stream.as_bytes());
        events(&items).pop().and_then(|event| event.tags).unwrap_or_default().concat()
    };
    assert_eq!(tags("byetags: -w1"), "");
    for line in ["byetags: w2", "byetags: -w2", "byetags: -w1 w2", "  tags: -w1"] {
        assert_eq!(tags(line), "w1", "{line}");
    }
    let items = translate(b"tags: w1\ntest: a\ntags: w2\nbyetags: -w1 -w2\nsuccess: a\n");
    assert_eq!(events(&items)[1].tags, None, "those of the test that runs as well");
}

#[test]
fn prose_that_begins_like_a_directive_is_text() {
    let words = ["test", "testing", "tags", "time", "progress"].into_iter().chain(OUTCOMES.map(|(word, _)| word));
    for word in words {
        let prose = format!("{word} result: 3 passed, b\n");
        let stream = format!("{prose}test: a\n{prose}success: a\n{prose}test: b\n{prose}success: b\n");
        assert_eq!(outcomes(&stream), list([("a", Success), ("b", Success)]), "{stream}");
        let items = translate(format!("test: a\n{prose}success: a\n{prose}").as_bytes());
        assert_eq!(text(&items), prose.repeat(2).as_bytes());
        assert!(events(&items).iter().all(|event| event.tags.is_none()), "{prose}");
    }
}

#[test]
fn a_stream_without_colons_is_read() {
    let stream =
        "time 2014-06-08 09:09:11Z\ntags w1\nprogress 2\ntest a\nlog\nsuccess a\ntest b\nlog\nfailure b [\nx\n]\n";
    assert_eq!(outcomes(stream), list([("a", Success), ("b", Fail)]));
    let items = translate(stream.as_bytes());
    assert_eq!(text(&items), b"log\nlog\n");
    assert!(events(&items).iter().all(|event| event.timestamp.is_some()));
    assert_eq!(events(&items)[1].tags.clone().unwrap_or_default(), ["w1"]);
}

#[test]
fn a_weak_start_counts_however_late_its_outcome_comes() {
    let log = "a line of a long log\n".repeat(1_000);
    let stream = format!("test a\n{log}failure a\n");
    assert_eq!(verdicts(&translate(stream.as_bytes())), list([("a", Fail)]));
    assert_eq!(verdicts(&read(stream.as_bytes(), Protocol::Auto)), list([("a", Fail)]));
    assert_eq!(outcomes("test: b\nsuccess: b\ntesting a\n"), list([("b", Success)]), "else it is text");
}

#[test]
fn while_a_test_is_open_a_weak_outcome_counts_for_exactly_that() {
    assert_eq!(outcomes("test: a\nsuccess a\n"), list([("a", Success)]));
    assert_eq!(outcomes("test: a\nerror a b\nskip b\nsuccess: a\n"), list([("a", Success)]));
}

#[test]
fn tests_may_be_nested_and_interleaved() {
    assert_eq!(
        outcomes("test: suite\ntest: inner\nsuccess: inner\nsuccess: suite\n"),
        list([("inner", Success), ("suite", Success)])
    );
    assert_eq!(
        outcomes("test: a\ntest: a b\ntest: b\nskip: a\nfailure: b\nsuccess: a b\n"),
        list([("a", Skip), ("b", Fail), ("a b", Success)])
    );
    let items = translate(
        b"time: 2014-06-08 09:09:11Z\ntest: a\ntags: x\ntest: b\ntags: y\nworkingsuccess: a\ntime: 2014-06-08 09:09:12Z\nsuccess: b\n",
    );
    let ends: Vec<_> = events(&items).into_iter().filter(|event| event.tags.is_some()).collect();
    let tags: Vec<_> = ends.iter().map(|event| event.tags.clone().unwrap_or_default().concat()).collect();
    assert_eq!(tags, ["x", "y"], "each has its own tags");
}

/// The reasons that are given for failures.
fn reasons(stream: &str) -> Vec<String> {
    let items = translate(stream.as_bytes());
    let files = events(&items).into_iter().filter_map(|event| event.file);
    let reasons = files.filter(|file| file.name == "reason");
    reasons.map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).collect()
}

#[test]
fn a_test_that_is_open_at_the_end_fails_with_the_reason_and_the_time() {
    let stream = "time: 2014-06-08 09:09:11Z\ntest: a\ntest: b\ntime: 2014-06-08 09:09:12Z\nsuccess: b\ntest: c\n";
    assert_eq!(outcomes(stream), list([("b", Success), ("a", Fail), ("c", Fail)]));
    let expected = ["the test 'a' was interrupted: 'b' began before it ended", "the input ended in the test 'c'"];
    assert_eq!(reasons(stream), expected);
    let items = translate(stream.as_bytes());
    let times: Vec<_> =
        events(&items).iter().filter(|event| event.status == Some(Fail)).map(|event| event.timestamp).collect();
    assert_eq!(times, [Some(at(1_402_218_551, 0)), Some(at(1_402_218_552, 0))]);
}

#[test]
fn tags_outside_the_current_test_are_not_those_of_one_that_crashed() {
    let items = translate(b"test: a\ntest: b\nsuccess: b\ntags: w1\ntest: c\nsuccess: c\n");
    let tagged: Vec<_> = events(&items).into_iter().filter(|event| event.tags.is_some()).collect();
    assert_eq!(tagged.len(), 1);
    assert_eq!(tagged[0].test_id.as_deref(), Some("c"));
}

#[test]
fn a_start_of_an_open_test_is_text() {
    for again in ["test: a", "testing: a", "test:: a", "test a", "testing a", "xtest: a"] {
        let stream = format!("test: a\n{again}\nsuccess: a\n");
        assert_eq!(outcomes(&stream), list([("a", Success)]), "{again}");
        assert_eq!(text_of(&stream), format!("{again}\n"));
    }
    assert_eq!(outcomes("test: a\ntest: b\ntest: a\nsuccess: b\nsuccess: a\n"), list([("b", Success), ("a", Success)]));
}

#[test]
fn a_test_whose_subtests_were_skipped_is_skipped_if_none_failed() {
    let skip = "skip: m.T.x (i=1) [\nwhy\n]\n";
    for (between, status) in [
        (skip.to_owned(), Skip),
        ("skip: m.T.x [msg] [\nwhy\n]\n".to_owned(), Skip),
        ("skip: m.T.x [msg] (i=1, j='a b') [\nwhy\n]\n".to_owned(), Skip),
        (format!("{skip}skip: m.T.x (i=2) [\nwhy\n]\n"), Skip),
        (format!("{skip}failure: m.T.x (i=2) [\nboom\n]\n"), Fail),
        (format!("error: m.T.x (i=0) [\nboom\n]\n{skip}"), Fail),
        ("skip: m.T.xy (i=1) [\nwhy\n]\n".to_owned(), Fail),
        ("skip: m.T.x y [\nwhy\n]\n".to_owned(), Fail),
        (String::new(), Fail),
    ] {
        for after in ["", "test: m.B.b\nsuccess: m.B.b\n"] {
            let verdicts = outcomes(format!("test: m.T.x\n{between}{after}"));
            assert_eq!(verdicts.last(), Some(&("m.T.x".to_owned(), status)), "{between}");
        }
    }
    let own = format!("test: m.T.x\n{skip}success: m.T.x\n");
    assert_eq!(outcomes(own), list([("m.T.x (i=1)", Skip), ("m.T.x", Success)]), "its own outcome counts");
    let cut = format!("test: m.T.x\n{skip}skip: m.T.x (i=2) [\nwhy");
    assert_eq!(outcomes(cut).last(), Some(&("damage".to_owned(), Fail)));
}

#[test]
fn many_open_tests_and_glued_lines_take_linear_time() {
    let count = 20_000;
    let starts: Vec<_> = (0..count).map(|number| format!("test: t{number}\n")).collect();
    let glued: Vec<_> =
        (0..count).map(|number| format!("xsuccess: y{number} error: t\nxsuccess: t{number}\n")).collect();
    let items = translate([starts, glued].concat().concat().as_bytes());
    assert_eq!(verdicts(&items).len(), count);
    assert!(packets(&items).len() == 2 * count && damage(&items).is_empty());
    let long = format!("test: a\n{}\nsuccess: a\n", "success: test: ".repeat(16_000)).repeat(20);
    assert_eq!(verdicts(&translate(long.as_bytes())).len(), 20);
}

#[test]
fn tags_in_force_outside_tests_are_repeated_up_to_4_kib() {
    let tags: Vec<_> = (0..1_000).map(|number| format!("tag-{number:04}")).collect();
    let stream = format!("tags: {}\ntest: a\ntags: mine\nsuccess: a\n", tags.join(" "));
    let items = translate(stream.as_bytes());
    let kept = events(&items)[1].tags.clone().unwrap_or_default();
    assert_eq!(kept.len(), 4096 / 8 + 1);
    assert_eq!((&*kept[511], &*kept[512]), ("tag-0999", "mine"), "those that came last are kept");
}
