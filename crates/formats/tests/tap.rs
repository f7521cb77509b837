//! Properties of TAP.

use proptest::prelude::*;
use subunit_codec::{Event, encode};
use subunit_formats::tap::Translator;

/// What lines are made of.
const WORDS: [&[u8]; 38] = [
    b"ok",
    b"not ok",
    b" ",
    b" 1",
    b" 18446744073709551615",
    b" 99999999999999999999",
    b" - a",
    b" # TODO",
    b" # skip",
    b"\\",
    b"#",
    b" {",
    b"}",
    b"1..",
    b"0",
    b"    ",
    b"\t",
    b"  ",
    b"---",
    b"...",
    b"TAP version 14",
    b"KTAP version 1",
    b"# Subtest: b",
    b"Bail out!",
    b"pragma +strict",
    b"[ 1.0] ",
    b"<6>",
    b"kernel: ",
    b"\x1b[32m",
    b"\xef\xbb\xbf",
    b"# selftests: a",
    b"# a: EXPECTATION FAILED",
    b"  86 ms",
    b"# exit=1",
    b"t/a.t .. ",
    b"No subtests run ",
    b"\r\n",
    b"\xff\x00",
];

fn lines() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let word = prop_oneof![
        9 => prop::sample::select(&WORDS[..]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..9),
    ];
    let line = prop::collection::vec(word, 0..6).prop_map(|words| [words.concat(), b"\n".to_vec()].concat());
    prop::collection::vec(line, 0..40)
}

/// The stream that lines become, each of which may come with a pause after so many bytes.
fn translated(lines: &[Vec<u8>], pause: Option<usize>) -> Vec<u8> {
    let mut stream = Vec::new();
    let mut out = |event: &Event<'_>| encode(event, &mut stream);
    let mut tap = Translator::new("");
    for line in lines {
        let (start, rest) = line.split_at(pause.unwrap_or_default().min(line.len() - 1));
        if pause.is_some() && tap.pause(start, &mut out).expect("every event can be written") {
            tap.rest(rest, &mut out).expect("every event can be written");
        } else {
            tap.line(line, None, &mut out).expect("every event can be written");
        }
        tap.rest(b"rest\n", &mut out).expect("every event can be written");
    }
    tap.end(&mut out).expect("every event can be written");
    stream
}

/// The ids and statuses of a stream, in order.
fn outcomes(stream: &[u8]) -> Vec<String> {
    let mut reader = subunit_codec::Reader::new(stream, subunit_codec::Protocol::V2);
    let mut outcomes = Vec::new();
    while let Some(item) = reader.next().expect("a slice can be read") {
        let subunit_codec::Item::Packet(packet) = item else { panic!("{item:?} is no packet") };
        outcomes.extend(packet.test_id().zip(packet.status()).map(|(id, status)| format!("{id} {status}")));
    }
    outcomes
}

#[test]
fn a_pause_anywhere_in_the_output_of_prove_changes_no_outcome() {
    let text = "t/a.t .... \n1..1\nok 1\nok\nall of it .. \n1..1\nok\nok\nAll 1 subtests passed \n\t(less 1 skipped subtest: 0 okay)\n\
        t/c.t .... skipped: why\nt/d.t .... \nDubious, test returned 255 (wstat 65280, 0xff00)\nNo subtests run \n\n\
        Test Summary Report\nt/c.t (Wstat: 768 (exited 3) Tests: 0 Failed: 0)\n  Non-zero exit status: 3\nResult: FAIL\n\
        Bailout called.  Further testing stopped:  why\n[22:11:11] my own .. \n1..1\nok 1\n\
        ok       70 ms ( 0.00 usr  0.00 sys +  0.05 cusr  0.01 csys =  0.06 CPU)\nResult: PASS\nResult: FAIL\n";
    let lines: Vec<Vec<u8>> = text.split_inclusive('\n').map(|line| line.as_bytes().to_vec()).collect();
    let whole = outcomes(&translated(&lines, None));
    assert_eq!(whole.iter().filter(|outcome| outcome.ends_with(" fail")).count(), 6, "{whole:?}");
    for pause in 1..60 {
        assert_eq!(outcomes(&translated(&lines, Some(pause))), whole, "after {pause} bytes of each line");
    }
}

#[test]
fn a_pause_before_a_comment_changes_no_outcome() {
    for tap in ["ok - a\n# a: EXPECTATION FAILED\n", "ok - a\n# b: EXPECTATION FAILED\nok - b\n"] {
        let lines: Vec<Vec<u8>> = tap.split_inclusive('\n').map(|line| line.as_bytes().to_vec()).collect();
        assert_eq!(outcomes(&translated(&lines, Some(0))), outcomes(&translated(&lines, None)), "{tap}");
    }
}

/// An `ok` of its own may be the verdict on a script, or a test point that the plan does not have.
#[test]
fn a_pause_behind_an_ok_changes_no_outcome() {
    for next in ["# more\n", "ok 2\n", "1..1\n", "All 1 subtests passed \n", "t/b.t .. \n1..1\nok 1\nok\n", "\n", ""] {
        let tap = ["t/a.t .. \n1..1\nok 1\nok\n", next].concat();
        let lines: Vec<Vec<u8>> = tap.split_inclusive('\n').map(|line| line.as_bytes().to_vec()).collect();
        for pause in 0..8 {
            assert_eq!(
                outcomes(&translated(&lines, Some(pause))),
                outcomes(&translated(&lines, None)),
                "{next:?} {pause}"
            );
        }
    }
}

proptest! {
    #[test]
    fn any_lines_become_events_whatever_the_pauses(lines in lines(), pause in 0..12_usize) {
        prop_assert_eq!(outcomes(&translated(&lines, None)), outcomes(&translated(&lines, Some(pause))));
    }
}
