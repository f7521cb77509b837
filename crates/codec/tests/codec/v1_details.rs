//! Details of version 1 whose end is missing, or in which a length is wrong.

use std::time::{Duration, Instant};

use subunit_codec::v1::LineErrorKind;
use subunit_codec::{Decoder, Fault, Protocol, Status};
use testkit::items::{Owned, damage, events, in_pieces, text, translate};

use crate::v1_lines::{OUTCOMES, list, outcomes, verdicts};

use Status::{Fail, Skip, Success};

fn is_pass(status: Status) -> bool {
    !matches!(status, Fail | Status::UnexpectedSuccess)
}

/// The forms of details whose end is missing: how they begin.
const OPENINGS: [&str; 8] = [
    " [\nmsg\n",
    " [\nmsg\nmsg]\n",
    " [ multipart\n",
    " [ multipart\nContent-Type: text/plain\n",
    " [ multipart\nContent-Type: text/plain\nlog\n",
    " [ multipart\nContent-Type: text/plain\nlog\n5\r\nhello0\r\n",
    " [ multipart\nContent-Type: text/plain\nlog\n5\r\nhello0\r\n]x\n",
    " [ multipart\nContent-Type: text/plain\nlog\n60\nhello0\n]\n",
];

#[test]
fn a_pass_whose_details_hold_a_failing_test_is_damage_and_the_test_is_read() {
    for opening in OPENINGS {
        for (word, status) in OUTCOMES.into_iter().filter(|(_, status)| is_pass(*status)) {
            for failing in ["failure: b\n", "error: b [\nboom\n]\n", "uxsuccess: b [ multipart\n]\n"] {
                let stream =
                    format!("test: a\n{word}: a{opening}test: x\nsuccess: x\ntest: b\n{failing}test: c\nskip: c\n");
                let verdicts = outcomes(&stream);
                assert!(verdicts.contains(&("damage".to_owned(), Fail)), "{stream}");
                assert!(verdicts.contains(&("a".to_owned(), status)), "{stream}");
                let tests: Vec<_> = verdicts.iter().map(|(id, _)| &**id).filter(|id| *id != "damage").collect();
                assert_eq!(tests, ["a", "x", "b", "c"], "{stream}");
            }
        }
    }
}

#[test]
fn the_end_of_the_input_in_details_is_damage_and_tests_behind_them_are_read() {
    for opening in OPENINGS {
        for (word, _) in OUTCOMES {
            let stream = format!(
                "test: a\n{word}: a{opening}time: 2014-06-08 09:09:11Z\ntest: b\nsuccess: b\ntest: c\nskip: c\n"
            );
            let verdicts = outcomes(&stream);
            assert!(verdicts.contains(&("damage".to_owned(), Fail)), "{stream}");
            let tests: Vec<_> = verdicts.iter().map(|(id, _)| &**id).filter(|id| *id != "damage").collect();
            assert_eq!(tests, ["a", "b", "c"], "{stream}");
            let last = events(&translate(stream.as_bytes())).pop().and_then(|event| event.timestamp);
            assert!(last.is_some(), "the time before them is read, too: {stream}");
        }
        let verdicts = outcomes(format!("test: a\nsuccess: a{opening}"));
        assert!(verdicts.contains(&("damage".to_owned(), Fail)), "{opening}: {verdicts:?}");
    }
}

#[test]
fn a_test_fails_in_whose_details_the_input_ends() {
    for (details, detail) in [(" [\nline\n", "line\n"), (" [ multipart\nContent-Type: a/b\nlog\nA\r\nhalf", "half")] {
        let items = translate(format!("test: a\nsuccess: a{details}").as_bytes());
        assert_eq!(verdicts(&items), list([("a", Fail), ("damage", Fail)]));
        let files: Vec<_> = events(&items).into_iter().filter_map(|event| event.file).collect();
        assert_eq!(&*files[0].bytes, detail.as_bytes(), "the details are kept as far as they came");
        assert_eq!(&*files[1].bytes, b"the input ended in the details of the test 'a'");
        let [Owned::Damage { fault: Fault::Line(error), bytes, .. }] = damage(&items)[..] else { panic!("one report") };
        assert_eq!((error.kind(), bytes.len()), (LineErrorKind::Details, 0));
    }
}

#[test]
fn a_chunk_length_that_is_wrong_costs_its_part_and_no_test() {
    let content = "one line\nanother\nand a third";
    let right = content.len();
    let wrong = (0..right + 60).filter(|length| *length != right).map(|length| format!("{length:x}"));
    let absurd = ["7FFFFFFFFFFFFFFF", "FFFFFFFFFFFFFFFF", "100000", "111111111111111111111111", "5x", "-5", ""];
    for length in wrong.chain(absurd.map(str::to_owned)) {
        for (before, end) in [("", "\r\n"), ("Content-Type: a/b\nfirst\n2\r\nok0\r\n", "\r\n"), ("", "\n")] {
            for word in ["successful", "failure", "skip"] {
                let stream = format!(
                    "test: a\n{word}: a [ multipart\n{before}Content-Type: text/plain\nlog\n{length}{end}{content}0{end}]\n\
                     test: b\nsuccess: b\ntest: c\nfailure: c [ multipart\nContent-Type: a/b\nlog\n2{end}no0{end}]\n\
                     test: d\nsuccess: d\n"
                );
                let items = translate(stream.as_bytes());
                let tests: Vec<_> = verdicts(&items).into_iter().filter(|(id, _)| id != "damage").collect();
                assert!(!damage(&items).is_empty(), "{stream}");
                assert_eq!(tests[1..], list([("b", Success), ("c", Fail), ("d", Success)]), "{stream}");
            }
        }
    }
}

#[test]
fn what_looks_like_a_test_in_sound_details_is_content() {
    let inner = "test: x\nsuccess: x\n]\ntime: 2014-06-08 09:09:11Z\ntest: y\nfailure: y\n";
    let chunk = format!("[ multipart\nContent-Type: a/b\nlog\n{:X}\r\n{inner}0\r\n]\n", inner.len());
    let bracketed = "[\ntest: x\nsuccess: x\ntest: y\nfailure: y\n]\n";
    for details in [&*chunk, bracketed] {
        let stream = format!("test: a\nfailure: a {details}test: b\nsuccess: b\n");
        assert_eq!(outcomes(&stream), list([("a", Fail), ("b", Success)]), "{stream}");
    }
    let passing = inner.replace("failure", "success");
    let chunk = format!("[ multipart\nContent-Type: a/b\nlog\n{:X}\r\n{passing}0\r\n]\n", passing.len());
    let bracketed = bracketed.replace("failure", "success");
    for details in [chunk, bracketed] {
        let stream = format!("test: a\nskip: a {details}test: b\nsuccess: b\n");
        assert_eq!(outcomes(&stream), list([("a", Skip), ("b", Success)]), "{stream}");
    }
}

#[test]
fn chunks_of_the_right_length_may_hold_any_stream() {
    for inner in [
        "test: x\nfailure: x [\nboom\n]\n",
        "test: x\nfailure: x\n",
        "test: x\nerror: x [ multipart\nContent-Type: a/b\nlog\n4\r\nboom0\r\n]\ntest: y\nsuccess: y\n",
        "error: a [\nthe test itself\n]\n",
        "log\ntime: 2014-06-08 09:09:11Z\ntest: x\nuxsuccess: x\n",
    ] {
        for (word, status) in OUTCOMES {
            for more in ["", "5\r\nhello", "1A\r\ntest: z\nfailure: z [\n\n\n]\n\n"] {
                let stream = format!(
                    "test: a\n{word}: a [ multipart\nContent-Type: text/plain\nlog\n{:X}\r\n{inner}{more}0\r\n]\n\
                     test: b\nsuccess: b\n",
                    inner.len()
                );
                assert_eq!(outcomes(&stream), list([("a", status), ("b", Success)]), "{stream}");
            }
        }
    }
}

#[test]
fn a_pass_whose_details_hold_a_failing_outcome_of_its_own_is_damage_and_the_outcome_counts() {
    let openings = [" [\n", " [\nmsg\n", " [ multipart\n", " [ multipart\nContent-Type: text/plain\nlog\n60\r\n"];
    for opening in openings {
        for (word, status) in OUTCOMES.into_iter().filter(|(_, status)| is_pass(*status)) {
            for failing in ["failure: a\n", "error: a [\nTraceback\n]\n", "uxsuccess: a [ multipart\n]\n"] {
                let verdicts = outcomes(format!("test: a\n{word}: a{opening}{failing}test: c\nskip: c\n"));
                assert_eq!(verdicts[..2], list([("damage", Fail), ("a", status)]), "{word}: a{opening}{failing}");
                assert!(verdicts[2].0 == "a" && !is_pass(verdicts[2].1), "{word}: a{opening}{failing}");
                assert_eq!(verdicts[3..], list([("c", Skip)]), "{word}: a{opening}{failing}");
            }
        }
    }
}

#[test]
fn long_content_behind_what_looks_like_a_test_is_passed_on() {
    for word in ["success", "failure"] {
        let content = [b"]\ntest: x\n".to_vec(), b"a line of a log\n".repeat(200_000)].concat();
        let begin = format!("test: a\n{word}: a [ multipart\nContent-Type: a/b\nlog\n{:X}\r\n", content.len());
        let stream = [begin.as_bytes(), &content, b"0\r\n]\ntest: b\nsuccess: b\n"].concat();
        let whole = translate(&stream);
        assert_eq!(verdicts(&whole).len(), 2, "both tests have their outcome, and nothing is damaged");
        let read: Vec<_> = events(&whole)
            .into_iter()
            .filter_map(|event| event.file)
            .flat_map(|file| file.bytes.into_owned())
            .collect();
        assert!(read == content);
        assert!(in_pieces(&stream, &[65_536], Protocol::V1) == whole);
    }
}

#[test]
fn details_are_held_no_longer_than_a_megabyte_and_a_line() {
    let mut decoder = Decoder::new(Protocol::V1);
    decoder.feed(b"test: a\nfailure: a [\ntest: x\n");
    let (mut given, mut fed) = (0, 0);
    for _ in 0..50 {
        let lines = b"a line of a log\n".repeat(10_000);
        fed += lines.len();
        decoder.feed(&lines);
        while let Some(item) = decoder.next() {
            given += Owned::from(item).bytes().len();
        }
        assert!(fed < given + (3 << 20), "{fed} bytes came in, {given} went out");
    }
}

#[test]
fn a_failing_test_far_behind_a_missing_end_is_read_from_its_outcome_on() {
    let log = "a line of a log\n".repeat(200_000);
    let stream = format!("test: a\nsuccess: a [\ntest: b\n{log}failure: b [\nboom\n]\ntest: c\nsuccess: c\n");
    let items = translate(stream.as_bytes());
    assert_eq!(verdicts(&items), list([("damage", Fail), ("a", Success), ("b", Fail), ("c", Success)]));
}

#[test]
fn a_start_in_details_is_remembered_for_a_bare_outcome_behind_them() {
    let stream = "test: a\nsuccess: a [\ntest: b\nsuccess: x\n]\nfailure: b\n";
    assert_eq!(outcomes(stream), list([("a", Success), ("b", Fail)]));
}

#[test]
fn details_in_details_without_end_take_linear_time() {
    let starts = |details: &str| {
        let tests: Vec<_> = (0..10_000).map(|number| format!("test: t{number}\nsuccess: t{number}{details}")).collect();
        tests.concat()
    };
    let multipart = " [ multipart\nContent-Type: a/b\nf\nFFFFF\n";
    let far = " [ multipart\nContent-Type: a/b\nf\nFFFFFFFF\n";
    let begun = Instant::now();
    for details in [" [\n", multipart, far] {
        for end in ["", "test: z\nfailure: z\n", "test: z\nfailure: z\n]\n"] {
            let items = translate((starts(details) + end).as_bytes());
            assert!(!damage(&items).is_empty(), "{} bytes of text", text(&items).len());
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(30), "it took {:?}", begun.elapsed());
}
