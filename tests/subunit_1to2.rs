//! subunit-1to2.

use std::fmt::Write;

use subunit_codec::{Event, MAX_LENGTH, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::Pipeline;
use testkit::stream::{packet, test, with_flip};

use crate::every_tool::tool;
use crate::printed::{self, lines};
use crate::tool::{DEADLINE, read_data};

fn translate(args: &[&str], input: &[u8]) -> Finished {
    let finished = run_to_end(tool("subunit-1to2").command(args), input);
    finished.assert().code(0).stderr("");
    finished
}

/// What text of version 1 becomes, packet by packet.
fn translated(text: impl AsRef<[u8]>) -> Vec<String> {
    lines(&translate(&[], text.as_ref()).stdout)
}

/// The attachment with the reason for a failure that the translation adds.
fn reason(test: &str, reason: &str) -> String {
    format!("{test} ... reason=\"{reason}\" (text/plain; charset=\"utf8\") eof")
}

#[test]
fn a_recorded_run_is_translated_byte_for_byte() {
    let stdout = translate(&[], &read_data("testr-run")).stdout;
    assert!(stdout == read_data("testr-run.subunit"), "{} bytes of 272261 are the same run", stdout.len());
}

#[test]
fn a_recorded_run_with_line_ends_of_windows_has_the_same_tests() {
    let plain = b"tags: x\ntime: 2014-06-08 09:09:11Z\ntest: a\nfailure: a [\nboom\n]\ntest: b\nsuccess: b\n";
    let windows: Vec<u8> = plain.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]);
    let seen = translated(windows);
    assert_eq!(seen, translated(plain).iter().map(|line| line.replace("boom\\n", "boom\\r\\n")).collect::<Vec<_>>());
    assert!(seen[3].starts_with("b inprogress"), "the id has no \\r: {seen:?}");
}

#[test]
fn each_outcome_becomes_its_status() {
    for (outcome, status) in [
        ("success", "success"),
        ("successful", "success"),
        ("failure", "fail"),
        ("error", "fail"),
        ("skip", "skip"),
        ("xfail", "xfail"),
        ("uxsuccess", "uxsuccess"),
    ] {
        for text in [format!("test: a b\n{outcome}: a b\n"), format!("testing a b\n{outcome} a b\n")] {
            assert_eq!(translated(&text), ["a b inprogress".to_owned(), format!("a b {status}")], "{text:?}");
        }
    }
}

#[test]
fn details_in_brackets_become_an_attachment_named_for_the_outcome() {
    let traceback = "traceback=\"boom\\n\" (text/x-traceback; charset=\"utf8\"; language=\"python\")";
    for (outcome, status, file) in [
        ("success", "success", "message=\"boom\\n\" (text/plain)"),
        ("skip", "skip", "reason=\"boom\\n\" (text/plain)"),
        ("failure", "fail", traceback),
        ("error", "fail", traceback),
        ("xfail", "xfail", traceback),
        ("uxsuccess", "uxsuccess", traceback),
    ] {
        let seen = translated(format!("test: a\n{outcome}: a [\nboom\n]\n"));
        assert_eq!(seen, ["a inprogress".to_owned(), format!("a ... {file} eof"), format!("a {status}")]);
    }
}

#[test]
fn a_detail_line_with_an_escaped_bracket_loses_the_space_alone() {
    let seen = translated("test: a\nskip: a [\n ]\n ] x\n  ]\nx]\n]]\n]\n");
    assert_eq!(seen[1], "a ... reason=\"]\\n] x\\n  ]\\nx]\\n]]\\n\" (text/plain) eof");
    assert_eq!(seen[2..], ["a skip"]);
}

#[test]
fn details_may_be_empty() {
    assert_eq!(translated("test: a\nskip: a [\n]\n"), ["a inprogress", "a ... reason=\"\" (text/plain) eof", "a skip"]);
    assert_eq!(translated("test: a\nsuccess: a [ multipart\n]\n"), ["a inprogress", "a success"]);
}

#[test]
fn multipart_details_keep_names_types_and_every_byte() {
    let mut text = b"test: a\nfailure: a [ multipart\nContent-Type: text/plain;charset=utf8\nlog\n10\r\n".to_vec();
    text.extend_from_slice(b"0123456789\n]\nabc");
    text.extend_from_slice(b"3\r\n\0\xff\r0\r\nContent-Type: image/png\nshot \xc3\xa9\n0\r\n]\n");
    assert_eq!(
        translated(text),
        [
            "a inprogress",
            "a ... log=\"0123456789\\n]\\nabc\\x00\\xff\\r\" (text/plain;charset=utf8) eof",
            "a ... shot é=\"\" (image/png) eof",
            "a fail",
        ],
        "lengths of chunks are hexadecimal"
    );
}

#[test]
fn chunk_lengths_in_capitals_and_with_plain_line_ends_are_read() {
    let seen = translated(
        "test: a\nskip: a [ multipart\nContent-Type: text/plain\nreason\nA\n0123456789b\nelevenbytes0\n]\n\
         test: b\nsuccess: b\n",
    );
    assert_eq!(
        seen,
        [
            "a inprogress",
            "a ... reason=\"0123456789elevenbytes\" (text/plain) eof",
            "a skip",
            "b inprogress",
            "b success"
        ]
    );
}

#[test]
fn an_attachment_longer_than_a_packet_becomes_several() {
    let content = vec![b'x'; 5 << 20];
    let mut text = format!("test: a\nfailure: a [ multipart\nContent-Type: text/plain\nlog\n{:X}\r\n", content.len());
    text += str::from_utf8(&content).expect("it is ASCII");
    text += "0\r\n]\ntest: b\nsuccess: b\n";
    let stdout = translate(&[], text.as_bytes()).stdout;
    assert!(printed::file(&stdout, Some("a"), "log") == content, "every byte arrives");
    let seen = lines(&stdout);
    let pieces: Vec<_> = seen.iter().filter(|line| line.contains(" log=")).collect();
    assert!(pieces.len() > 1 && pieces.iter().all(|piece| piece.len() < MAX_LENGTH), "{} packets", pieces.len());
    assert!(pieces.iter().rev().skip(1).all(|piece| !piece.ends_with("eof")), "the last alone ends the file");
    assert!(pieces.last().is_some_and(|piece| piece.ends_with("eof")));
    assert_eq!(seen[seen.len() - 3..], ["a fail", "b inprogress", "b success"]);
}

#[test]
fn bracketed_details_of_many_megabytes_take_no_more_than_their_share_of_time() {
    let mut text = "test: a\nfailure: a [\n".to_owned();
    for line in 0..300_000 {
        writeln!(text, "line {line} of a very long log").expect("a string takes any text");
    }
    text += "]\n";
    let finished = Pipeline::new([tool("subunit-1to2").command([""; 0])]).deadline(DEADLINE).run(text.as_bytes());
    assert!(printed::file(&finished.stdout, Some("a"), "traceback").ends_with(b"line 299999 of a very long log\n"));
}

#[test]
fn times_stamp_what_follows() {
    let seen = translated(
        "test: untimed\nsuccess: untimed\ntime: 2014-06-08 09:09:11.000001Z\ntest: a\n\
         time: 2014-06-08T11:09:12.5+02:00\nfailure: a [\nboom\n]\ntest: b\ntime: 2014-06-08 09:09:13\nsuccess: b\n",
    );
    let starts: Vec<_> = seen.iter().map(|line| line.split(" traceback").next().unwrap_or_default()).collect();
    assert_eq!(
        starts,
        [
            "untimed inprogress",
            "untimed success",
            "a inprogress @1402218551.000001",
            "a ... @1402218552.5",
            "a fail @1402218552.5",
            "b inprogress @1402218552.5",
            "b success @1402218553.",
        ]
    );
}

#[test]
fn no_time_is_made_up() {
    assert_eq!(translated("test: a\nsuccess: a\n"), ["a inprogress", "a success"]);
    assert_eq!(translate(&[], SHORT).stdout, translate(&[], SHORT).stdout, "output is a function of input");
}

const SHORT: &[u8] = b"text\ntest: a\nfailure: a [\nboom\n]\n";

#[test]
fn tags_outside_a_test_are_global_and_inside_local() {
    let seen = translated(
        "tags: global other\ntest: a\ntags: local -other\nsuccess: a\ntest: b\nsuccess: b\ntags: -global -other\n\
         test: c\nsuccess: c\n",
    );
    assert_eq!(
        seen,
        [
            "a inprogress",
            "a success #global #local",
            "b inprogress",
            "b success #global #other",
            "c inprogress",
            "c success"
        ]
    );
}

#[test]
fn progress_has_no_meaning_in_version_2() {
    assert_eq!(translated("progress: 5\nprogress: +3\nprogress: -2\nprogress: push\nprogress: pop\n"), [""; 0]);
    assert_eq!(
        translated("progress: 1\nprogress: abc\n"),
        ["- ... stdout=\"progress: abc\\n\""],
        "this is no progress"
    );
}

#[test]
fn other_lines_are_text_and_none_is_lost() {
    let text = "make\n  test: indented\ntest:\nTest: a\nknownfail: a\n\n]\n\ttest: a\nsuccess: not running\nno newline";
    let input = format!("progress: 1\n{text}");
    let stdout = translate(&[], input.as_bytes()).stdout;
    assert_eq!(String::from_utf8_lossy(&printed::file(&stdout, None, "stdout")), text);
    assert!(lines(&stdout).iter().all(|line| line.starts_with("- ... stdout=")), "{:?}", lines(&stdout));
    assert_eq!(translate(&["--no-passthrough"], input.as_bytes()).stdout, b"");
}

#[test]
fn text_in_a_test_stays_in_its_place() {
    assert_eq!(
        translated("test: a\nworking\nsuccess: a\n"),
        ["a inprogress", "- ... stdout=\"working\\n\"", "a success"]
    );
}

#[test]
fn an_outcome_of_another_test_is_text() {
    let seen = translated("uxsuccess: a\ntest: a\nsuccess: ab\nsuccess: b\nsuccess: a [multipart\nsuccess: a\n");
    assert_eq!(
        seen,
        [
            "- ... stdout=\"uxsuccess: a\\n\"",
            "a inprogress",
            "- ... stdout=\"success: ab\\nsuccess: b\\nsuccess: a [multipart\\n\"",
            "a success"
        ]
    );
}

#[test]
fn packets_between_the_lines_pass_unchanged() {
    let packets = [test("v2", Status::Success), test("more", Status::Fail)].concat();
    for text in ["", "text\n", "no newline", "test: a\nsuccess: a\n"] {
        let input = [text.as_bytes(), &packets, b"test: b\nsuccess: b\n"].concat();
        let stdout = translate(&[], &input).stdout;
        assert!(stdout.windows(packets.len()).any(|window| window == packets), "{text:?}: {:?}", lines(&stdout));
        assert_eq!(lines(&stdout)[lines(&stdout).len() - 2..], ["b inprogress", "b success"], "{text:?}");
    }
}

#[test]
fn packets_in_a_test_pass_and_leave_it_open() {
    let input = [&b"test: a\n"[..], &test("v2", Status::Success), b"success: a\n"].concat();
    assert_eq!(translated(input), ["a inprogress", "v2 inprogress", "v2 success", "a success"]);
}

#[test]
fn a_broken_packet_between_the_lines_costs_itself_alone() {
    let corrupt = with_flip(packet(&Event::test("x").status(Status::Success)), 5, 1);
    let input = [&b"test: a\n"[..], &corrupt, b"success: a\ntest: b\nsuccess: b\n"].concat();
    let seen = translated(input);
    assert!(seen.iter().any(|line| line.starts_with("subunit.parser fail")), "{seen:?}");
    for line in ["a inprogress", "a success", "b inprogress", "b success"] {
        assert!(seen.iter().any(|seen| seen == line), "{line}: {seen:?}");
    }
}

#[test]
fn a_test_that_another_interrupts_and_that_stays_open_fails_with_the_reason() {
    assert_eq!(
        translated("test: a\ntest: b\nsuccess: b\n"),
        [
            "a inprogress".to_owned(),
            "b inprogress".to_owned(),
            "b success".to_owned(),
            reason("a", "the test \\'a\\' was interrupted: \\'b\\' began before it ended"),
            "a fail".to_owned(),
        ]
    );
    let seen = translated("test: a\ntest: b\nsuccess: a\nfailure: b\n");
    assert_eq!(seen, ["a inprogress", "b inprogress", "a success", "b fail"], "unless its outcome comes");
}

#[test]
fn an_outcome_without_a_start_is_a_test() {
    let seen = translated("error: setUpClass (m.A) [\nno database\n]\ntest: b\nsuccess: b\n");
    let fixture = ["setUpClass (m.A) inprogress", "setUpClass (m.A) fail"];
    assert_eq!([&*seen[0], &*seen[2]], fixture);
    assert_eq!(seen[3..], ["b inprogress", "b success"]);
    let seen = translated("error: no such file\ntest: b\nsuccess: b\n");
    assert_eq!(seen[0], "- ... stdout=\"error: no such file\\n\"", "compilers print that");
    assert_eq!(seen.len(), 3);
}

#[test]
fn prose_in_a_test_is_text() {
    let prose = "testing the connection\ntime taken: 3 s\ntags are fine\nerror of 3 %\n";
    let seen = translated(format!("test: a\n{prose}success: a\n"));
    assert_eq!(seen, ["a inprogress".to_owned(), format!("- ... stdout={prose:?}"), "a success".to_owned()]);
}

#[test]
fn a_pass_that_swallowed_a_failing_test_is_damage() {
    let seen = translated("test: a\nsuccess: a [\nmsg\ntest: b\nfailure: b [\nboom\n]\ntest: c\nsuccess: c\n");
    let report =
        "subunit.parser fail Parser Error=\"details without an end; 0 bytes given up at offset 25 of the input\"";
    assert!(seen.iter().any(|line| line.starts_with(report)), "{seen:?}");
    for line in ["a success", "b inprogress", "b fail", "c inprogress", "c success"] {
        assert!(seen.iter().any(|seen| seen == line), "{line}: {seen:?}");
    }
}

#[test]
fn global_tags_that_are_too_many_to_repeat_are_left_out_and_a_line_says_so() {
    let tags: Vec<_> = (0..4_000).map(|number| format!("tag-{number:04}")).collect();
    let tests: Vec<_> = (0..500).map(|number| format!("test: t{number}\nsuccess: t{number}\n")).collect();
    let input = format!("tags: {}\n{}", tags.join(" "), tests.concat());
    let finished = run_to_end(tool("subunit-1to2").command([""; 0]), input.as_bytes());
    assert_eq!(finished.code(), 0);
    let message = "subunit-1to2: standard input: 500 tests have only 4 KiB of the global tags\n";
    assert_eq!(finished.stderr, [message]);
    let seen = lines(&finished.stdout);
    assert!(finished.stdout.len() < 500 * 5_200, "{} bytes", finished.stdout.len());
    assert!(seen[1].ends_with(" #tag-3998 #tag-3999"), "those that came last are kept: {}", seen[1]);
}

#[test]
fn an_outcome_glued_to_text_without_newline_is_found() {
    assert_eq!(
        translated("test: foo\nstarting serversuccess: foo\ntest: bar\nsuccess: bar\n"),
        ["foo inprogress", "- ... stdout=\"starting server\"", "foo success", "bar inprogress", "bar success"]
    );
    let seen = translated("test: foo\n...failure: foo [\nboom\n]\ntest: bar\n...successful: bar [ multipart\n]\n");
    assert_eq!(
        seen.iter().filter(|line| line.starts_with("foo fail") || *line == "bar success").count(),
        2,
        "{seen:?}"
    );
    let seen = translated("test: foo\nno success for foo\nstarting serversuccess: food\nsuccess: foo\n");
    assert_eq!(seen[1], "- ... stdout=\"no success for foo\\nstarting serversuccess: food\\n\"", "prose stays text");
}

#[test]
fn the_end_of_the_input_fails_the_test_that_runs() {
    assert_eq!(
        translated("test: a\n"),
        ["a inprogress".to_owned(), reason("a", "the input ended in the test \\'a\\'"), "a fail".to_owned()]
    );
}

#[test]
fn details_that_never_end_are_kept_and_reported_and_their_test_fails() {
    let report = |offset: usize| {
        [
            "subunit.parser ... Packet data=\"\" (application/octet-stream) eof".to_owned(),
            format!(
                "subunit.parser fail Parser Error=\"details without an end; 0 bytes given up at offset {offset} of the \
                 input\" (text/plain;charset=utf8) eof"
            ),
        ]
    };
    for outcome in ["failure", "success"] {
        let text = format!("test: a\n{outcome}: a [\nline\nhalf a line");
        let seen = translated(&text);
        assert!(seen[1].contains("=\"line\\nhalf a line\""), "{seen:?}");
        let reason = reason("a", "the input ended in the details of the test \\'a\\'");
        assert_eq!(seen[2..], [&[reason, "a fail".to_owned()][..], &report(text.len())].concat());
    }
    let seen = translated("test: a\nsuccess: a [ multipart\nContent-Type: text/plain\nlog\nff\r\nhalf a chunk");
    assert_eq!(seen[1], "a ... log=\"half a chunk\" (text/plain) eof");
    assert_eq!(seen[3], "a fail");
}

#[test]
fn a_last_line_without_newline_is_read() {
    assert_eq!(translated("test: a\nsuccess: a"), ["a inprogress", "a success"]);
    assert_eq!(translated("test: a\nskip: a [\nwhy\n]").last().expect("there are packets"), "a skip");
    assert_eq!(translated("test: a\nskip: a [ multipart\n]").last().expect("there are packets"), "a skip");
}

#[test]
fn broken_lines_are_reported_and_cost_only_themselves() {
    for (broken, fault) in [
        ("time: 2014-06-0\n", "not a time between 1970 and 2106"),
        ("time: 1969-12-31 23:59:59Z\n", "not a time between 1970 and 2106"),
        ("time: 2107-01-01 00:00:00Z\n", "not a time between 1970 and 2106"),
        ("time: 2014-06-31 09:09:11Z\n", "not a time between 1970 and 2106"),
    ] {
        let seen = translated(format!("test: a\n{broken}success: a\ntest: b\nsuccess: b\n"));
        let data = broken.replace('\n', "\\n");
        assert_eq!(seen[0], "a inprogress");
        let expected = format!("subunit.parser ... Packet data=\"{data}\" (application/octet-stream) eof");
        assert_eq!(seen[1], expected);
        let report = format!(
            "subunit.parser fail Parser Error=\"{fault}; {} bytes given up at offset 8 of the input\" \
             (text/plain;charset=utf8) eof",
            broken.len()
        );
        assert_eq!(seen[2], report);
        assert_eq!(seen[3..], ["a success", "b inprogress", "b success"], "{broken:?}");
    }
}

#[test]
fn a_broken_mime_type_costs_the_type_and_not_the_part() {
    for mime_type in ["text/plain/more", "text", "/", "text/", ""] {
        let seen = translated(format!(
            "test: a\nfailure: a [ multipart\nContent-Type: {mime_type}\nlog\n4\r\nboom0\r\n]\ntest: b\nsuccess: b\n"
        ));
        assert!(seen.iter().any(|line| line.starts_with("subunit.parser fail")), "{mime_type:?}: {seen:?}");
        for line in ["a ... log=\"boom\" eof", "a fail", "b inprogress", "b success"] {
            assert!(seen.iter().any(|seen| seen == line), "{mime_type:?}: {line}: {seen:?}");
        }
    }
}

#[test]
fn a_broken_chunk_length_costs_the_part_and_not_the_test() {
    for length in ["zz", "-1", "0x10", "ffffffffffffffffff", ""] {
        let seen = translated(format!(
            "test: a\nfailure: a [ multipart\nContent-Type: text/plain\nlog\n{length}\r\nboom\n0\r\n\
             Content-Type: text/plain\nnext\n2\r\nok0\r\n]\ntest: b\nsuccess: b\n"
        ));
        assert!(seen.iter().any(|line| line.starts_with("subunit.parser fail")), "{length:?}: {seen:?}");
        for line in ["a ... next=\"ok\" (text/plain) eof", "a fail", "b inprogress", "b success"] {
            assert!(seen.iter().any(|seen| seen == line), "{length:?}: {line}: {seen:?}");
        }
    }
}

#[test]
fn a_label_need_not_be_utf_8() {
    assert_eq!(
        translated(b"test: caf\xe9\nsuccess: caf\xe9\ntest: a\0b\nsuccess: a\0b\n"),
        ["caf\u{fffd} inprogress", "caf\u{fffd} success", "a\u{fffd}b inprogress", "a\u{fffd}b success"]
    );
}

#[test]
fn a_label_may_look_like_the_start_of_details() {
    assert_eq!(translated("test: a [\nsuccess: a [\ntest: b\nsuccess: b\n")[..2], ["a [ inprogress", "a [ success"]);
}

#[test]
fn a_line_too_long_for_a_directive_is_text() {
    let text = format!("test: {}\ntest: a\nsuccess: a\n", "x".repeat(1 << 20));
    let stdout = translate(&[], text.as_bytes()).stdout;
    assert_eq!(printed::file(&stdout, None, "stdout").len(), (1 << 20) + 7, "the whole line is text");
    let seen = lines(&stdout);
    assert_eq!(seen[seen.len() - 2..], ["a inprogress", "a success"]);
}

#[test]
fn more_than_64_kib_of_tags_are_refused() {
    let line = "x".repeat(30_000);
    let tags: String = (0..3).fold(String::new(), |all, n| format!("{all}tags: {n}{line}\n"));
    let seen = translated(format!("test: a\n{tags}success: a\n"));
    assert!(seen.iter().any(|line| line.contains("more than 64 KiB of tags")));
    assert!(seen.last().is_some_and(|line| line.starts_with("a success #0x")), "the ones before are kept");
}

#[test]
fn each_line_is_translated_before_the_next_is_read() {
    let mut live = Pipeline::new([tool("subunit-1to2").command([""; 0])]).deadline(DEADLINE).start();
    for (line, packet) in [
        ("test: a\n", "a inprogress"),
        ("working\n", "- ... stdout=\"working\\n\""),
        ("success: a\n", "a success"),
        ("test: b\n", "b inprogress"),
        ("failure: b [\n", "b inprogress"),
        ("boom\n]\n", "b fail"),
    ] {
        live.write(line.as_bytes());
        live.read_until(|output| lines(output).last().is_some_and(|last| last == packet));
    }
    assert_eq!(live.finish().code(), 0);
}

#[test]
fn a_stream_of_version_2_passes_byte_for_byte() {
    let stream = read_data("testr-run.subunit");
    assert!(translate(&[], &stream).stdout == stream);
    assert!(translate(&["--protocol", "2"], &stream).stdout == stream);
}
