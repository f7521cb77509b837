//! What subunit-tags does.

use subunit_codec::{Event, MAX_LENGTH, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::random::Random;
use testkit::stream::{at, packet, run, stream, test, with_flip};

use crate::every_tool::tool;
use crate::printed;
use crate::tool::trouble;

fn tags(args: &[&str], input: &[u8]) -> Finished {
    run_to_end(tool("subunit-tags").command(args), input)
}

/// The packets that come out, readable.
#[track_caller]
fn tagged(args: &[&str], input: &[u8]) -> Vec<String> {
    let finished = tags(args, input);
    finished.assert().code(0).stderr("");
    printed::lines(&finished.stdout)
}

#[test]
fn tags_are_added_behind_those_that_were_there_and_others_removed() {
    let input = stream([
        Event::test("a").status(Status::InProgress).tags(["slow", "w"]).at(at(1, 5)),
        Event::test("a").file("log", &b"x"[..]).mime_type("text/plain").eof(),
        Event::test("a").status(Status::Fail).tags(["slow", "w"]).route_code("0").not_runnable(),
        Event::test("b").status(Status::Exists),
    ]);
    assert_eq!(
        tagged(&["nightly", "-slow", "web"], &input),
        [
            "a inprogress @1.000000005 #w #nightly #web",
            "a ... #nightly #web log=\"x\" (text/plain) eof",
            "a fail not-runnable #w #nightly #web /0",
            "b exists #nightly #web",
        ]
    );
}

#[test]
fn removing_wins_and_every_operand_with_a_dash_removes() {
    let input = packet(&Event::test("a").status(Status::Success).tags(["h", "V", "-help", "x", "protocol"]));
    for (args, expected) in [
        (&["-x", "x"][..], "a success #h #V #-help #protocol"),
        (&["x", "-x"], "a success #h #V #-help #protocol"),
        (&["y", "-y"], "a success #h #V #-help #x #protocol"),
        (&["-h", "-V"], "a success #-help #x #protocol"),
        (&["--protocol", "2", "-protocol"], "a success #h #V #-help #x"),
        (&["--", "--help", "new"], "a success #h #V #x #protocol #new"),
        (&["new", "new", "x"], "a success #h #V #-help #x #protocol #new"),
    ] {
        assert_eq!(tagged(args, &input), [expected], "{args:?}");
    }
    for (args, start) in [(&["new", "--help"][..], "Add tags"), (&["-x", "--version"], "subunit-tags ")] {
        assert!(tags(args, &input).text().starts_with(start), "{args:?}");
    }
}

#[test]
fn an_empty_tag_is_refused() {
    for args in [&[""][..], &["-"], &["a", "--", ""]] {
        let finished = tags(args, &test("a", Status::Success));
        assert!(trouble("subunit-tags", &finished).ends_with("': a tag cannot be empty; see --help"), "{args:?}");
        assert!(finished.stdout.is_empty());
    }
}

#[test]
fn a_packet_whose_tags_do_not_change_is_forwarded_byte_for_byte() {
    let empty = packet(&Event::test("a").status(Status::Success).tags([""; 0]));
    let twice = packet(&Event::test("a").status(Status::Success).tags(["t", "t", "u"]));
    let all = [empty, twice].concat();
    assert!(tags(&["-none"], &all).stdout == all);
    assert!(tags(&[], &all).stdout == all);
    assert!(tags(&["t", "u"], &packet(&Event::test("a").tags(["u", "t"]))).stdout.len() > 10);
}

#[test]
fn a_new_tag_that_is_added_and_removed_changes_no_byte() {
    for seed in 0..4 {
        let mut random = Random::new(seed);
        let mut input = stream(run(500, seed));
        input.extend(stream([
            Event::test("long").file("log", random.bytes(4_000_000)).status(Status::Fail).eof(),
            Event::test("later").tags(["x"; 100]).status(Status::Success).at(at(7, 1 << 29)),
        ]));
        let there = tags(&["new", "newer"], &input).stdout;
        assert!(there != input, "tags were added");
        assert!(tags(&["-newer", "-new"], &there).stdout == input, "seed {seed}");
    }
}

#[test]
fn text_and_damage_reports_get_tags_only_if_asked() {
    let report = packet(&Event::test("subunit.parser").status(Status::Fail));
    let log = packet(&Event::global_file("log", &b"x"[..]));
    let corrupt = with_flip(packet(&Event::test("c").file("f", vec![b'x'; 50])), 30, 1);
    let input = [&b"text\n"[..], &log, &report, &test("a", Status::Success), &corrupt].concat();
    let plain = tagged(&["new"], &input);
    let is_tagged: Vec<bool> = plain.iter().map(|line| line.contains(" #new")).collect();
    assert_eq!(is_tagged, [false, false, false, true, true, false, false], "{plain:?}");
    let all = tagged(&["--text", "new"], &input);
    assert!(all.len() == 7 && all.iter().all(|line| line.contains(" #new")), "{all:?}");
}

#[test]
fn a_packet_that_becomes_too_long_is_split() {
    let event = |length| Event::test("a").status(Status::Fail).file("log", vec![b'x'; length]).eof();
    let around = packet(&event(4_000_000)).len() - 4_000_000;
    let input = packet(&event(MAX_LENGTH - around));
    assert_eq!(input.len(), MAX_LENGTH);
    let finished = tags(&["new"], &input);
    finished.assert().code(0).stderr("");
    let lines = printed::lines(&finished.stdout);
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0].starts_with("a ... #new log=") && lines[1].starts_with("a fail #new log="),
        "one verdict, at the end"
    );
    assert_eq!(printed::file(&finished.stdout, Some("a"), "log").len(), MAX_LENGTH - around);
}

#[test]
fn tags_that_no_packet_can_hold_are_trouble() {
    let input = packet(&Event::test("x".repeat(MAX_LENGTH - 13)));
    assert_eq!(trouble("subunit-tags", &tags(&["new"], &input)), "the tags are too long for a packet");
}
