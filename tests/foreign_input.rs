//! Input that is no subunit stream: no tool takes it for a run without failures.

use subunit_codec::{Event, Status};
use testkit::finished::run_to_end;
use testkit::pipeline::Pipeline;
use testkit::random::Random;
use testkit::stream::{packet, test, with_flip};

use crate::every_tool::{TOOLS, tool};
use crate::folder::Folder;
use crate::tool::{Tool, assert_silent, full_device};

/// The tools that read subunit.
fn of_subunit() -> impl Iterator<Item = &'static Tool> {
    const { &TOOLS }.iter().filter(|tool| tool.reads_subunit)
}

/// Runs a tool and makes sure that it says this of its input, and that its status follows.
#[track_caller]
fn assert_says(tool: &Tool, args: &[&str], input: &[u8], hint: &str) {
    let finished = tool.run(args, input);
    let line = format!("{}: standard input: not a subunit stream{hint}\n", tool.name);
    assert_eq!(finished.stderr, [line], "{} {args:?}", tool.name);
    assert_eq!(finished.code(), tool.verdict_on_foreign(), "{} {args:?}: {}", tool.name, input.escape_ascii());
}

/// Runs a tool and makes sure that it takes its input for a stream, of a test that passed or of
/// none.
#[track_caller]
fn assert_accepts(tool: &Tool, input: &[u8], holds_test: bool) {
    let finished = tool.run(&[], input);
    assert_eq!(finished.stderr, [""], "{}", tool.name);
    let status = if holds_test { 0 } else { tool.verdict_on_empty() };
    assert_eq!(finished.code(), status, "{}: {}", tool.name, input.escape_ascii());
}

#[test]
fn input_without_packet_and_directive_is_named_and_a_tool_with_a_verdict_fails() {
    let mut junk = Random::new(7).bytes(4000);
    // Damage is another matter.
    junk.retain(|byte| *byte != 0xb3);
    for (input, hint) in [
        (&b"\x1f\x8b\x08\0\0\0\0\0"[..], " (gzip data: try zcat)"),
        (b"\xfd7zXZ\0\0\x04", " (xz data: try xzcat)"),
        (b"\x28\xb5\x2f\xfd\x04\0", " (zstd data: try zstdcat)"),
        (b"BZh91AY&SY", " (bzip2 data: try bzcat)"),
        (b"\xff\xfet\0e\0s\0t\0:\0 \0a\0\n\0", " (UTF-16 text: try iconv -f UTF-16 -t UTF-8)"),
        (b"{\"Action\":\"pass\"}\n", " (JSON)"),
        (b"<?xml version=\"1.0\"?>\n<testsuites/>\n", " (XML)"),
        (b"1..1\nok 1 - a\n", " (TAP: try tap2subunit)"),
        (b"gcc -c a.c\na.c:1: warning\n", ""),
        (b"no newline", ""),
        (b"\n", ""),
        (&junk, ""),
    ] {
        for tool in of_subunit() {
            assert_says(tool, &[], input, hint);
        }
    }
}

#[test]
fn version_1_that_is_read_as_version_2_is_told_how_to_be_read() {
    for tool in of_subunit().filter(|tool| tool.name != "subunit-tee") {
        let hint = " (version 1 of the protocol: try --protocol 1)";
        assert_says(tool, &["--protocol", "2"], b"test: a\nfailure: a\n", hint);
    }
    assert_accepts(tool("subunit-tee"), b"test: a\nfailure: a\n", true);
}

#[test]
fn the_version_that_was_tried_is_not_proposed() {
    let lines = [&b"test the world\n"[..], b"error: no such file\n", b"success: a\n", b"time: now\n"];
    for tool in of_subunit() {
        for protocol in ["auto", "1", "2"] {
            for input in lines {
                assert_says(tool, &["--protocol", protocol], input, "");
            }
        }
        for input in lines {
            assert_says(tool, &[], input, "");
        }
    }
}

#[test]
fn one_packet_or_directive_is_enough() {
    let torn = &packet(&Event::test("a").status(Status::Success).file("log", vec![b'x'; 200]).eof())[..100];
    let corrupt = with_flip(packet(&Event::test("a").status(Status::Success)), 6, 1);
    for tool in of_subunit() {
        for input in [&b""[..], b"progress: 3\n", b"time: 2026-11-20 15:06:54Z\n", b"tags: a\n"] {
            assert_accepts(tool, input, false);
        }
        let file = packet(&Event::global_file("stdout", &b"x"[..]));
        for (input, holds_test) in [(file, false), (test("a", Status::Success), true)] {
            assert_accepts(tool, &[b"text\n", &input[..], b"{}"].concat(), holds_test);
        }
        for input in [torn, &corrupt] {
            let finished = tool.run(&[], input);
            finished.assert().code(tool.verdict(true)).stderr("");
        }
    }
}

#[test]
fn each_file_is_a_stream_or_is_not() {
    let folder = Folder::new();
    folder.write("run", &test("a", Status::Success));
    folder.write("run\x1b.gz", b"\x1f\x8b\x08\0");
    for tool in of_subunit().filter(|tool| tool.reads_files) {
        let mut command = tool.usual(["run", "run\x1b.gz", "run"]);
        command.current_dir(folder.path(""));
        let finished = tool.sorted(run_to_end(command, b""));
        let line = format!("{}: run\\x1b.gz: not a subunit stream (gzip data: try zcat)\n", tool.name);
        assert_eq!(finished.stderr, [line]);
        assert_eq!(finished.code(), tool.verdict(true), "{}", tool.name);
    }
    let finished = run_to_end(tool("subunit-mux").command(["-c", "echo building"]), b"");
    assert_silent("subunit-mux", &finished);
}

#[test]
fn other_trouble_is_told_alone() {
    for tool in of_subunit().filter(|tool| tool.takes_text && !tool.reports_on_stderr) {
        let finished = Pipeline::new([tool.usual([""; 0])]).output(full_device()).run(&test("a", Status::Success));
        assert_eq!(finished.stderr[0].lines().count(), 1, "{}: {:?}", tool.name, finished.stderr);
    }
}
