//! What tap2subunit does.

mod kernel;
mod prove;
mod verdicts;

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use subunit_codec::{Assembler, Item, Packet, Protocol, Reader, Status, Test};
use testkit::finished::Finished;
use testkit::pipeline::{Live, Pipeline};
use testkit::random::Random;

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::printed;
use crate::tool::{DEADLINE, peak_memory, read_data, trouble};

fn command(args: &[&str]) -> Command {
    tool("tap2subunit").command(args)
}

fn run(args: &[&str], tap: impl AsRef<[u8]>) -> Finished {
    Pipeline::new([command(args)]).deadline(DEADLINE).run(tap.as_ref())
}

fn start(args: &[&str]) -> Live {
    Pipeline::new([command(args)]).deadline(DEADLINE).start()
}

/// The stream that TAP becomes, as lines.
#[track_caller]
fn lines(tap: impl AsRef<[u8]>) -> Vec<String> {
    let finished = run(&[], tap);
    finished.assert().code(0).stderr("");
    printed::lines(&finished.stdout)
}

fn tests(stream: &[u8]) -> Vec<Test> {
    let mut reader = Reader::new(stream, Protocol::V2);
    let (mut assembler, mut tests) = (Assembler::keeping_files(), Vec::new());
    while let Some(item) = reader.next().expect("a slice can be read") {
        let Item::Packet(packet) = item else { panic!("{item:?} is no packet") };
        tests.extend(assembler.push(&packet).cloned());
    }
    tests.extend(assembler.finish());
    tests
}

/// The ids and outcomes of the tests that TAP becomes.
fn outcomes(tap: impl AsRef<[u8]>) -> Vec<(String, Status)> {
    tests(&run(&[], tap).stdout).into_iter().map(|test| (test.id, test.status)).collect()
}

/// The ids of the tests that fail.
fn failures(tap: impl AsRef<[u8]>) -> Vec<String> {
    outcomes(tap).into_iter().filter(|(_, status)| *status == Status::Fail).map(|(id, _)| id).collect()
}

fn contains(output: &[u8], part: &[u8]) -> bool {
    output.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_list_of_tests_to_do_is_none_from_version_13_on() {
    let plan = "1..1 todo 1\nnot ok 1\n";
    assert_eq!(outcomes(plan), [("test 1".to_owned(), Status::ExpectedFailure)]);
    let failed = outcomes(format!("TAP version 13\n{plan}"));
    let expected = [("test 1", Status::Fail), ("tap errors", Status::Fail)];
    assert_eq!(failed, expected.map(|(id, status)| (id.to_owned(), status)), "the line is no plan");
}

#[test]
fn scripts_that_prove_runs_are_told_apart_and_judged_as_prove_does() {
    let prove = "waiting ... \nt/a.t ... \n# x\n1..2\nok 1 - x\nok\nok\n\
                 t/b.t ... \n1..1\nnot ok 1\nok 1 - again\nDubious, test returned 1 (wstat 256, 0x100)\nFailed 1/1 subtests \n\
                 t/net.t . skipped: typo\nt/net.t .. skipped: no net\nmy own .. \nNo subtests run \n\n\
                 Test Summary Report\n-------------------\n  Failed test:  1\nResult: FAIL\n";
    let finished = run(&[], prove);
    let expected = [
        ("t/a.t/test 1 - x", Status::Success, 1),
        ("t/a.t/test 2", Status::Success, 0),
        ("t/a.t", Status::Success, 0),
        ("t/b.t/test 1", Status::Fail, 0),
        ("t/b.t/test 1 - again", Status::Success, 0),
        ("t/b.t/tap errors", Status::Fail, 1),
        ("t/b.t", Status::Fail, 1),
        ("t/net.t/file skip", Status::Skip, 1),
        ("t/net.t", Status::Success, 0),
        ("my own", Status::Fail, 1),
    ];
    let expected: Vec<_> = expected.into_iter().map(|(id, status, files)| (id.to_owned(), status, files)).collect();
    assert_eq!(outcomes_of(&tests(&finished.stdout)), expected);
    let meta = printed::file(&finished.stdout, Some("t/b.t"), "tap meta");
    assert_eq!(meta, b"Dubious, test returned 1 (wstat 256, 0x100)\nFailed 1/1 subtests\n");
    let text = printed::file(&finished.stdout, None, "stdout");
    let report = "\nTest Summary Report\n-------------------\n  Failed test:  1\nResult: FAIL\n";
    assert_eq!(text, ["waiting ... \nt/net.t . skipped: typo\n", report].concat().into_bytes());
}

#[test]
fn an_ok_that_prove_counts_as_a_test_is_no_verdict() {
    for script in ["1..1\nok\nok\n", "1..2\nok 1\nok 2\nok\n", "ok\n1..1\nok\n", "ok\nok\n1..2\nok\n"] {
        let failed = failures(format!("t/a.t .. \n{script}All 1 subtests passed \nt/b.t .. \n1..1\nok 1\nok\n"));
        assert_eq!(failed, ["t/a.t/tap errors", "t/a.t"], "{script:?}");
    }
    let passed = outcomes("t/a.t .. \nok\nok\n1..2\nok\n");
    assert_eq!(passed.last(), Some(&("t/a.t".to_owned(), Status::Success)), "the end of the input shows it, too");
    assert_eq!(passed.len(), 3, "two tests and the script");
}

#[test]
fn a_script_fails_when_one_that_prove_runs_in_it_does_not_pass() {
    let last = |tap: &str| tests(&run(&["--name", "n"], tap).stdout).pop().map(|test| (test.id, test.status));
    let heading = "t/a.t .. \n";
    let ended = |status| Some(("n".to_owned(), status));
    assert_eq!(last(&format!("{heading}1..1\nok 1\nok\n")), ended(Status::Success));
    assert_eq!(last(&format!("{heading}1..1\nok 1\nAll 1 subtests passed \n")), ended(Status::Fail));
    assert_eq!(last(&format!("{heading}No subtests run \n")), ended(Status::Fail));
    let cut = tests(&run(&["--name", "n"], format!("{heading}1..1\nok 1\n")).stdout);
    assert!(cut.iter().any(|test| test.id == "n" && test.status == Status::Fail), "{cut:?}");
}

#[test]
fn diagnostics_of_the_kernel_belong_to_the_test_that_follows() {
    let kunit = "KTAP version 1\n1..1\n    # Subtest: example\n    1..2\n    ok 1 fine\n\
        \x20   # fails: EXPECTATION FAILED\n    Expected 1 == 3, but\n        1 == 1\n    not ok 2 fails\n\
        # example: pass:1 fail:1\nnot ok 1 example\nunknown\n# Totals: pass:1\n";
    let stdout = run(&[], kunit).stdout;
    let comment = |id: &str| String::from_utf8(printed::file(&stdout, Some(id), "tap comment")).expect("it is text");
    assert_eq!(comment("test 1 example/test 1 fine"), "");
    let expected = "# fails: EXPECTATION FAILED\n    Expected 1 == 3, but\n        1 == 1";
    assert_eq!(comment("test 1 example/test 2 fails"), expected);
    assert_eq!(comment("test 1 example"), "# example: pass:1 fail:1");
    assert_eq!(printed::file(&stdout, None, "stdout"), b"unknown\n# Totals: pass:1\n");

    for mark in ["#  RUN           ", "# selftests: "] {
        let kselftest = format!("TAP version 13\n1..2\n# 2 tests\n{mark}a\n# a1\nok 1 a\n{mark}b\n# b1\nok 2 b\n");
        let stdout = run(&[], kselftest).stdout;
        let comments = ["test 1 a", "test 2 b"].map(|id| printed::file(&stdout, Some(id), "tap comment"));
        let expected = [format!("# 2 tests\n{mark}a\n# a1"), format!("{mark}b\n# b1")];
        assert_eq!(comments, expected.map(String::into_bytes), "{mark}");
    }
    let prefixed = "[ 0.1] TAP version 14\n[ 0.1] 1..2\n[ 0.1] ok 1\n[ 0.1] # why\n[ 0.1] not ok 2\n";
    assert_eq!(printed::file(&run(&[], prefixed).stdout, Some("test 2"), "tap comment"), b"# why");
}

#[test]
fn a_script_that_prove_did_not_finish_stays_in_progress_unless_it_bailed_out() {
    let started = "t/a.t .. \n1..2\nok 1\n";
    let unfinished = outcomes(started).pop();
    assert_eq!(unfinished, Some(("t/a.t".to_owned(), Status::InProgress)));
    let bailed_out = outcomes(started.to_owned() + "Bail out!  why\nBailout called.\n").pop();
    assert_eq!(bailed_out, Some(("t/a.t".to_owned(), Status::Fail)));
}

#[test]
fn version_12_is_translated_as_the_reference_does() {
    let tap =
        "# before\n1..5\nok 1 - a\n# after\n# all\nnot ok 2 b\nnoise\nok # SKIP no c\nnot ok 4 - d # TODO later\n";
    assert_eq!(
        lines(tap),
        [
            "test 1 - a success not-runnable tap comment=\"# before\\n# after\\n# all\" (text/plain; charset=UTF8) eof",
            "- ... stdout=\"noise\\n\" (text/plain; charset=UTF8)",
            "test 2 b fail not-runnable eof",
            "test 3 skip not-runnable tap comment=\"no c\" (text/plain; charset=UTF8) eof",
            "test 4 - d xfail not-runnable tap comment=\"later\" (text/plain; charset=UTF8) eof",
            "test 5 fail not-runnable tap meta=\"test missing from TAP output\" (text/plain; charset=UTF8) eof",
        ]
    );
    assert_eq!(lines("1..0 # SKIP why\n"), ["file skip skip tap comment=\"SKIP why\" eof"]);
    assert_eq!(lines("1..0\n"), ["file skip skip eof"]);
}

#[test]
fn a_file_of_version_14_becomes_what_was_recorded() {
    let expected = String::from_utf8(read_data("bridge.events")).expect("it is text");
    assert_eq!(lines(read_data("bridge.tap")).join("\n") + "\n", expected);
}

#[test]
fn line_ends_do_not_matter() {
    let tap = read_data("bridge.tap");
    let text = String::from_utf8(tap.clone()).expect("it is text");
    let meaning = |tap: &[u8]| {
        let mut stream = run(&[], tap).stdout;
        stream.retain(|byte| *byte != b'\r');
        outcomes_of(&tests(&run(&[], tap).stdout))
    };
    assert_eq!(meaning(text.replace('\n', "\r\n").as_bytes()), meaning(&tap));
    assert_eq!(meaning(text.trim_end().as_bytes()), meaning(&tap), "the last line needs no newline");
}

/// Ids, outcomes and sizes of attachments.
fn outcomes_of(tests: &[Test]) -> Vec<(String, Status, usize)> {
    tests.iter().map(|test| (test.id.clone(), test.status, test.attachments.len())).collect()
}

#[test]
fn failures_are_those_of_a_harness() {
    let none: [&str; 0] = [];
    for (tap, expected) in [
        ("1..2\nok\nok\n", &none[..]),
        ("1..3\nok 2\nok 3\nok 1\n", &none),
        ("ok 1\nnot ok 2 # TODO\nnot ok 3 # SKIP\n1..3\n", &none),
        ("KTAP version 1\nok 1 a\n", &none),
        ("1..3\nok 2\n", &["test 1", "test 3"]),
        ("1..2\nok 1\nok 2\nok 3\n", &["tap errors"]),
        ("1..2\nok 1\nok 2\nok 2\n", &["tap errors"]),
        ("ok 1\n", &["tap errors"]),
        ("1..1\nok 1\n1..1\n", &["tap errors"]),
        ("ok 1\n1..2\nok 2\n", &["tap errors"]),
        ("pragma +strict\n1..1\nok 1\nwhat\n", &["tap errors"]),
        ("pragma +strict\n1..1\n    ok 1\n    what\n    1..1\nok 1\n", &["test 1/tap errors"]),
        ("1..3\nok 1\nBail out! no power\nok 2\n", &["Bail out! no power"]),
        ("1..3\nok 1 - a\n    1..2\n    Bail out!\nok 2\n", &["Bail out!"]),
        ("1..200000\nok 100000\n", &["tests 1 to 99999", "tests 100001 to 200000"]),
        ("ok 136211425\n1..1\n", &["test 1", "tap errors"]),
        ("1..99999999999999999999\nok 1\n", &["tests 2 to 18446744073709551614"]),
        ("\u{feff}1..1\nok 1\n", &none),
        ("\u{feff}TAP version 13\r\n1..1\r\nok 1\r\n", &none),
    ] {
        assert_eq!(failures(tap), expected, "{tap}");
    }
}

#[test]
fn missing_tests_are_counted() {
    let test = &tests(&run(&[], "1..200\nok 1\n").stdout)[1];
    assert_eq!((&*test.id, test.status), ("tests 2 to 200", Status::Fail));
    assert_eq!(test.attachments[0].bytes.as_deref(), Some(&b"199 tests missing from TAP output"[..]));
}

#[test]
fn a_bail_out_is_the_end() {
    let lines = lines("1..9\nok 1\nBail out! fire\n# really\nok 2\n");
    assert_eq!(lines[0], "test 1 success not-runnable eof");
    assert_eq!(lines[1], "- ... stdout=\"ok 2\\n\" (text/plain; charset=UTF8)");
    assert!(lines[2].starts_with("Bail out! fire fail not-runnable tap comment=\"# really\""), "{lines:?}");
    assert_eq!(lines.len(), 3, "{lines:?}");
}

#[test]
fn subtests_have_ids_below_their_parent() {
    let ids = |tap: &str| outcomes(tap).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    let inner = "    1..1\n    ok 1 - in\n";
    assert_eq!(
        ids(&format!("1..1\n# Subtest: out\n{inner}ok 1 - out\n")),
        ["test 1 - out/test 1 - in", "test 1 - out"]
    );
    assert_eq!(ids(&format!("1..1\n    # Subtest: out\n{inner}ok 1 - out\n"))[0], "test 1 - out/test 1 - in");
    assert_eq!(ids(&format!("1..1\n{inner}ok 1 - out\n"))[0], "test 1/test 1 - in");
    assert_eq!(ids(&format!("1..1\nok 1 - out {{\n{inner}}}\n")), ["test 1 - out", "test 1 - out/test 1 - in"]);
    let kernel = "KTAP version 1\n1..1\n  KTAP version 1\n  # Subtest: s\n  1..1\n    KTAP version 1\n    1..1\n    ok 1 t\n  ok 1 u\nok 1 s\n";
    assert_eq!(ids(kernel), ["test 1 s/test 1/test 1 t", "test 1 s/test 1 u", "test 1 s"]);
    let old_kernel = "TAP version 14\n1..1\n\t# Subtest: s\n\t1..1\n\tok 1 - t\nok 1 - s\n";
    assert_eq!(ids(old_kernel), ["test 1 - s/test 1 - t", "test 1 - s"]);
    let logged: String = old_kernel.lines().flat_map(|line| ["[    0.06][    T1] ", line, "\n"]).collect();
    assert_eq!(ids(&logged), ids(old_kernel));
    assert_eq!(failures(format!("1..1\n{inner}    ok 2\nok 1\n")), ["test 1/tap errors"]);
}

#[test]
fn names_that_are_repeated_are_cut_and_this_is_said_once() {
    let cut = |id: &str| id.len() <= 256 + "/test 1000".len();
    let long = "x".repeat(16_000);
    let points = (1..=1000).map(|number| format!("    ok {number}\n")).collect::<Vec<_>>().concat();
    let subtest = format!("1..2\n# Subtest: {long}\n{points}    1..1000\nok 1 - {long}\n");
    let twice = format!("{subtest}# Subtest: {long}y\n    1..1\n    ok 1\nok 2 - {long}y\n");
    for (args, tap) in [(&[][..], &*twice), (&["--name", &*long], &*format!("{points}1..1000\n").replace("    ", ""))] {
        let finished = run(args, tap);
        let expected = "tap2subunit: ids of more than 256 bytes are cut in the ids of the tests below them\n";
        assert_eq!((finished.code(), &*finished.stderr[0]), (0, expected));
        assert!(finished.stdout.len() < 400_000, "{} bytes", finished.stdout.len());
        let tests = tests(&finished.stdout);
        let inner: Vec<_> = tests.iter().map(|test| &*test.id).filter(|id| id.contains('/')).collect();
        assert!(inner.len() >= 1000 && inner.iter().all(|id| cut(id)), "{:?}", inner.first());
        let prefixes: std::collections::BTreeSet<_> = inner.iter().filter_map(|id| id.split('/').next()).collect();
        assert_eq!(prefixes.len(), if args.is_empty() { 2 } else { 1 }, "each name has a digest of its own");
        assert!(tests.iter().any(|test| test.id.contains(&long)), "the test itself has all of its name");
    }
    let levels = (0..60).map(|depth| format!("{}# Subtest: {}\n", " ".repeat(4 * depth), "y".repeat(200)));
    let nested = levels.collect::<Vec<_>>().concat();
    assert!(run(&[], nested + &" ".repeat(240) + "ok\n").stdout.len() < 100_000);
    let headings = format!("t/{long}.t .. \n1..1000\n{}ok\n", points.replace("    ", ""));
    assert!(run(&[], &headings).stdout.len() < 400_000);
}

#[test]
fn output_is_linear_in_the_blocks_of_yaml() {
    let blocks = "  ---\n  a: 1\n  ...\n".repeat(2_000);
    let stdout = run(&[], format!("1..2\nok 1 - {}\n{blocks}ok 2\n{blocks}", "x".repeat(16_000))).stdout;
    assert!(stdout.len() < 500_000, "{} bytes", stdout.len());
    for test in tests(&stdout) {
        let yaml = printed::file(&stdout, Some(&test.id), "tap yaml");
        assert_eq!(yaml, "---\na: 1\n...\n".repeat(2_000).as_bytes());
        assert_eq!(test.attachments.len(), 16, "a few of them are attachments of their own");
    }
}

#[test]
fn output_is_linear_in_the_gaps_between_tests() {
    let gaps = (0..5_000).map(|index| format!("ok {}\n", 90 * index)).collect::<Vec<_>>().concat();
    let stdout = run(&[], &gaps).stdout;
    assert!(stdout.len() < 30 * gaps.len(), "{} bytes from {}", stdout.len(), gaps.len());
    assert!(failures("1..250\nok 1\nok 101\nok 201\n").iter().all(|id| id.starts_with("test ")), "a few are told");
}

#[test]
fn usage_that_means_nothing_is_refused() {
    let finished = run(&["--"], "1..1\nok 1\n");
    assert_eq!(trouble("tap2subunit", &finished), "no COMMAND after --; see --help");
    let finished = run(&["--name=x", "--"], "1..1\nok 1\n");
    assert_eq!(trouble("tap2subunit", &finished), "no COMMAND after --; see --help");
    for args in [&["--name", ""][..], &["--name="]] {
        let finished = run(args, "1..1\nok 1\n");
        let message = trouble("tap2subunit", &finished);
        assert!(message.contains("--name <SCRIPT>"), "{message}");
    }
}

#[test]
fn the_blanks_at_the_end_of_proves_headings_do_not_matter() {
    let prove = "t/a.t .. \n1..1\nok 1 - x\nok\nt/net.t .. skipped: no net\nt/b.t ..... \n1..1\nnot ok 1\nFailed 1/1 subtests \n\n\
                 Test Summary Report\nResult: FAIL\n";
    let expected = outcomes(prove);
    assert_eq!(expected.len(), 6, "{expected:?}");
    let trimmed = |end: &str| prove.lines().map(|line| [line.trim_end(), end].concat()).collect::<String>();
    for tap in [trimmed("\n"), trimmed("\r\n"), prove.replace('\n', "\r\n")] {
        assert_eq!(outcomes(&tap), expected, "{tap}");
    }
    for text in ["waiting ...\n", "see t/a.t ..\n"] {
        assert_eq!(failures(format!("{text}1..1\nok 1\n")), [""; 0], "{text}");
        let between = prove.replace("ok\nt/net", &format!("ok\n{text}t/net"));
        assert_eq!(outcomes(&between), expected, "{between}");
    }
}

#[test]
fn the_durations_of_pg_regress_are_no_part_of_ids() {
    let line = |rest: &str, duration: u32| format!("{rest:<55} {duration:>8} ms\n");
    let tap = |times: u32| {
        [
            line("ok 1         - test_setup", 287 * times),
            line("ok 2         + boolean", times),
            line("not ok 3     + char", 59 * times),
            "# (test process exited with exit code 2)\nok 4         - opr_sanity # SKIP (ignored)\n1..4\n".to_owned(),
        ]
        .concat()
    };
    let finished = run(&[], tap(1));
    let ids: Vec<_> = tests(&finished.stdout).into_iter().map(|test| test.id).collect();
    assert_eq!(ids, ["test 1 - test_setup", "test 2 + boolean", "test 3 + char", "test 4 - opr_sanity"]);
    assert_eq!(outcomes(tap(1)), outcomes(tap(1000)), "the same whatever the durations");
    let comment = printed::file(&finished.stdout, Some("test 3 + char"), "tap comment");
    assert_eq!(comment, b"59 ms\n# (test process exited with exit code 2)");
    let stamped = tests(&run(&["--timestamps"], tap(1000)).stdout);
    let durations: Vec<_> = stamped.iter().map(|test| test.duration().map(|time| time.as_secs_f64().round())).collect();
    assert_eq!(durations, [Some(287.0), Some(1.0), Some(59.0), Some(0.0)]);
    assert!(stamped.iter().all(|test| !test.runnable));
}

#[test]
fn bytes_that_are_no_text_survive() {
    let tests = tests(&run(&[], b"1..2\nok 1 caf\xe9 a\0b\n# \xb3\xff\nok 2 \xc3\xa9\n\xb3\x29\x01\n").stdout);
    assert_eq!(tests[0].id, "test 1 caf\u{fffd} a\u{fffd}b");
    assert_eq!(tests[0].attachments[0].bytes.as_deref(), Some(&b"# \xb3\xff"[..]));
    assert_eq!(tests[1].id, "test 2 é");
}

#[test]
fn results_leave_before_the_next_line_comes() {
    let mut live = start(&[]);
    let mut expected = Vec::new();
    for (line, id) in [("ok 1 - a\n", "test 1 - a"), ("not ok 2 - b\n# why\n", "test 2 - b"), ("ok 3\n", "test 3")] {
        live.write(line.as_bytes());
        let seen = live.read_until(|output| tests(output).iter().any(|test| test.id == id)).to_vec();
        expected.push(id);
        assert_eq!(tests(&seen).iter().map(|test| &*test.id).collect::<Vec<_>>(), expected);
    }
    live.write(b"1..3\n");
    let tests = tests(&live.finish().stdout);
    assert_eq!(tests[1].attachments[0].bytes.as_deref(), Some(&b"# why"[..]));
    assert_eq!(tests.len(), 3);
}

#[test]
fn a_block_of_yaml_is_waited_for() {
    let mut live = start(&[]);
    live.write(b"1..1\nnot ok 1\n  ---\n  a: 1\n");
    thread::sleep(Duration::from_millis(500));
    live.write(b"  b: 2\n  ...\n");
    let output = live.read_until(|output| contains(output, b"b: 2") && !tests(output).is_empty());
    assert_eq!(printed::file(output, Some("test 1"), "tap yaml"), b"---\na: 1\nb: 2\n...\n");
    assert_eq!(live.finish().code(), 0);
}

#[test]
fn what_comes_too_late_for_a_test_is_text() {
    let mut live = start(&[]);
    live.write(b"1..2\nnot ok 1\n");
    live.read_until(|output| !tests(output).is_empty());
    live.write(b"  ---\n  a: |\n    ok 7\n  ...\n# late\nok 2\n");
    let stdout = live.finish().stdout;
    assert_eq!(tests(&stdout).iter().map(|test| &*test.id).collect::<Vec<_>>(), ["test 1", "test 2"]);
    assert_eq!(printed::file(&stdout, None, "stdout"), b"  ---\n  a: |\n    ok 7\n  ...\n# late\n");
}

#[test]
fn a_result_does_not_wait_for_the_rest_of_a_comment() {
    let mut live = start(&[]);
    for (line, id) in [("ok 1\n# now a slow one... ", "test 1"), ("done\nok 2\n   ", "test 2")] {
        live.write(line.as_bytes());
        live.read_until(|output| tests(output).iter().any(|test| test.id == id));
    }
    live.write(b"\n1..2\n");
    assert_eq!(printed::file(&live.finish().stdout, None, "stdout"), b"# now a slow one... done\n   \n");
}

#[test]
fn what_follows_of_a_long_comment_after_its_result_has_left_is_text() {
    let mut live = start(&[]);
    let start = ["1..2\nnot ok 1\n#", &"x".repeat((1 << 16) - 1)].concat();
    live.write(start.as_bytes());
    live.read_until(|output| Packet::parse(output).is_ok());
    live.write(b"late\nok 2\n# two\n");
    let stdout = live.finish().stdout;
    assert_eq!(printed::file(&stdout, None, "stdout"), b"late\n");
    assert_eq!(printed::file(&stdout, Some("test 2"), "tap comment"), b"# two");
}

#[test]
fn a_long_line_of_yaml_stays_one_line() {
    let value = "x".repeat(70_000);
    let yaml = run(&[], format!("1..1\nnot ok 1\n  ---\n  data: {value}\n  ...\n"));
    let expected = format!("---\ndata: {value}\n...\n");
    assert!(printed::file(&yaml.stdout, Some("test 1"), "tap yaml") == expected.as_bytes());
}

#[test]
fn half_a_line_of_text_is_not_held_back() {
    let mut live = start(&[]);
    live.write(b"1..1\npassword: ");
    live.read_until(|output| contains(output, b"password: "));
    live.write(b"secret\nok 1\n");
    let stdout = live.finish().stdout;
    assert_eq!(printed::file(&stdout, None, "stdout"), b"password: secret\n");
    assert_eq!(tests(&stdout)[0].id, "test 1");
}

#[test]
fn how_lines_are_cut_into_reads_does_not_matter() {
    let tap = read_data("bridge.tap");
    let whole = run(&[], &tap).stdout;
    for size in [1, 3, 50] {
        let live = start(&[]);
        tap.chunks(size).for_each(|chunk| live.write(chunk));
        assert!(live.finish().stdout == whole, "in portions of {size}");
    }
}

#[test]
fn a_script_has_its_assertions_below_it() {
    let finished = run(&["--name", "t/a.t"], "1..2\nok 1 - a\nnot ok 2\n");
    let expected = [
        "t/a.t inprogress",
        "t/a.t/test 1 - a success not-runnable eof",
        "t/a.t/test 2 fail not-runnable eof",
        "t/a.t fail",
    ];
    assert_eq!(printed::lines(&finished.stdout), expected);
    for (tap, status) in [
        ("1..1\nok 1\n", "success"),
        ("1..1\nok 1 # TODO\n", "success"),
        ("1..0 # SKIP\n", "success"),
        ("1..2\nok 1\n", "fail"),
        ("", "fail"),
        ("hello\n", "fail"),
        ("Bail out!\n", "fail"),
    ] {
        let stdout = run(&["--name=x"], tap).stdout;
        assert_eq!(printed::lines(&stdout).last(), Some(&format!("x {status}")), "{tap:?}");
    }
}

#[test]
fn events_are_stamped_with_the_time_at_which_their_line_came() {
    let mut live = start(&["--timestamps", "--name", "s"]);
    live.write(b"1..2\nok 1\n");
    live.read_until(|output| contains(output, b"test 1"));
    thread::sleep(Duration::from_millis(300));
    live.write(b"noise\nok 2\n");
    let stdout = live.finish().stdout;
    let tests = tests(&stdout);
    let [first, second, script] = &tests[..] else { panic!("{tests:?}") };
    let between = second.stop.expect("stamped").seconds_since(first.stop.expect("stamped"));
    assert!((0.25..20.0).contains(&between), "{between} s");
    assert!(script.span().signed_seconds().expect("it has a start and a stop") >= between);
    assert!(printed::lines(&stdout).iter().all(|line| line.contains(" @")), "every event has a time");
}

/// A script in a folder of its own.
fn script(text: &str) -> Folder {
    let folder = Folder::new();
    folder.write("script", text.as_bytes());
    folder
}

fn run_script(interpreter: &str, text: &str, args: &[&str]) -> Finished {
    let folder = script(text);
    let mut command = folder.command(tool("tap2subunit"), args);
    command.args(["--", interpreter, "script"]);
    Pipeline::new([command]).deadline(DEADLINE).run(b"")
}

#[test]
fn a_perl_script_is_run() {
    const SCRIPT: &str = "use strict; use warnings; use Test::More tests => 4;\n\
        ok(1, 'works'); is(1, 2, 'is'); TODO: { local $TODO = 'soon'; ok(0, 'later'); }\n\
        subtest inner => sub { plan tests => 1; ok(1, 'deep # hash') };\n";
    let finished = run_script("perl", SCRIPT, &["--name", "basic.t"]);
    assert_eq!(finished.code(), 1, "perl exits with the number of failures");
    assert!(finished.stderr[0].contains("Failed test 'is'"), "its standard error is ours: {:?}", finished.stderr);
    let tests = tests(&finished.stdout);
    let outcomes: Vec<_> = tests.iter().map(|test| (&*test.id, test.status.name())).collect();
    assert_eq!(
        outcomes,
        [
            ("basic.t/test 1 - works", "success"),
            ("basic.t/test 2 - is", "fail"),
            ("basic.t/test 3 - later", "xfail"),
            ("basic.t/test 4 - inner/test 1 - deep # hash", "success"),
            ("basic.t/test 4 - inner", "success"),
            ("basic.t", "fail"),
        ]
    );
    let reason = tests[5].attachments[0].bytes.as_deref();
    assert_eq!(reason, Some(&b"the command ended with exit status 1\n"[..]));
}

#[test]
fn a_bash_script_is_run() {
    let finished = run_script("bash", "echo 1..2; echo ok 1 - a; echo note >&2; echo ok 2 - b\n", &[]);
    assert_eq!(finished.code(), 0);
    assert_eq!(finished.stderr[0], "note\n");
    let expected = ["test 1 - a success not-runnable eof", "test 2 - b success not-runnable eof"];
    assert_eq!(printed::lines(&finished.stdout), expected);
}

#[test]
fn a_script_that_ends_badly_fails() {
    let reason_of = |text: &str| {
        let finished = run_script("bash", text, &[]);
        assert_eq!(finished.code(), 1, "{text}");
        let test = tests(&finished.stdout).pop().expect("there is a test for it");
        assert_eq!((&*test.id, test.status), ("bash script", Status::Fail));
        String::from_utf8(test.attachments[0].bytes.clone().expect("kept")).expect("it is text")
    };
    assert_eq!(reason_of("echo ok 1; echo 1..1; exit 3\n"), "the command ended with exit status 3\n");
    assert_eq!(reason_of("echo ok 1; kill -9 $$\n"), "the command was ended by signal 9 (SIGKILL)\n");
    let silent = run_script("bash", "true\n", &["--name=s"]);
    assert_eq!(silent.code(), 0);
    let lines = printed::lines(&silent.stdout);
    assert!(lines[1].contains("s/tap errors fail not-runnable tap meta=\"no tests were found\""), "{lines:?}");
    assert_eq!(lines[2], "s fail");
    let nameless = run_script("bash", "true\n", &[]);
    assert!(printed::lines(&nameless.stdout)[0].starts_with("tap errors fail"), "a script that tests nothing fails");
}

#[test]
fn a_command_that_cannot_be_run_is_trouble() {
    let finished = run(&["--name=s", "--", "/nonexistent/script"], "");
    assert_eq!(trouble("tap2subunit", &finished), "/nonexistent/script: No such file or directory");
    let finished = run(&["a.tap", "--", "true"], "");
    assert!(trouble("tap2subunit", &finished).contains("cannot be used with"));
}

#[test]
fn a_script_gives_its_results_live() {
    let folder = script("echo ok 1 - a; sleep 1000");
    let mut command = folder.command(tool("tap2subunit"), &["--name=s"]);
    command.args(["--", "bash", "script"]);
    let mut live = Pipeline::new([command]).deadline(DEADLINE).start();
    live.read_until(|output| tests(output).iter().any(|test| test.id == "s/test 1 - a"));
    kill_process(process(live.process_ids()[0]), Signal::TERM).expect("it runs");
    let finished = live.finish();
    assert_eq!(finished.code(), 143);
    let lines = printed::lines(&finished.stdout);
    assert!(lines.last().is_some_and(|line| line.starts_with("s fail tap meta=\"the command was ended by signal 15")));
}

#[test]
fn nothing_is_left_running() {
    for ends_by_signal in [true, false] {
        let folder = script("sleep 1000 & echo $! > pid; echo ok 1 - a; while :; do echo ok; sleep 0.1; done");
        let mut command = folder.command(tool("tap2subunit"), &[]);
        command.args(["--", "bash", "script"]);
        let head = Command::new("head");
        let stages = if ends_by_signal { vec![command] } else { vec![command, with(head, &["-c", "30"])] };
        let mut live = Pipeline::new(stages).deadline(DEADLINE).start();
        live.read_until(|output| contains(output, b"test 1"));
        if ends_by_signal {
            kill_process(process(live.process_ids()[0]), Signal::TERM).expect("it runs");
        }
        let finished = live.finish();
        let code = finished.statuses[0].code();
        assert_eq!(code, Some(if ends_by_signal { 143 } else { 141 }));
        let sleeper: u32 = String::from_utf8_lossy(&folder.read("pid")).trim().parse().expect("it is a number");
        let since = Instant::now();
        while test_kill_process(process(sleeper)).is_ok() && !is_zombie(sleeper) {
            assert!(since.elapsed() < DEADLINE, "the script has left {sleeper} running");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn with(mut command: Command, args: &[&str]) -> Command {
    command.args(args);
    command
}

fn process(id: u32) -> Pid {
    i32::try_from(id).ok().and_then(Pid::from_raw).expect("it is a process id")
}

/// Whether a process has ended and nobody has asked how.
fn is_zombie(id: u32) -> bool {
    fs::read_to_string(format!("/proc/{id}/stat")).map_or(true, |stat| stat.contains(") Z "))
}

#[test]
fn text_can_be_left_out() {
    let finished = run(&["--no-pass"], "hello\n1..1\nok 1\n# kept\nbye\n");
    let lines = printed::lines(&finished.stdout);
    assert_eq!(lines, ["test 1 success not-runnable tap comment=\"# kept\" (text/plain; charset=UTF8) eof"]);
}

#[test]
fn files_are_documents_of_their_own() {
    let folder = Folder::new();
    folder.write("--times", b"1..1\nok 1 - file\n");
    let command = folder.command(tool("tap2subunit"), &["./--times", "-", "./--times"]);
    let finished = Pipeline::new([command]).run(b"1..1\nok 1 - input\n");
    let ids: Vec<_> = tests(&finished.stdout).into_iter().map(|test| test.id).collect();
    assert_eq!(ids, ["test 1 - file", "test 1 - input", "test 1 - file"]);
}

#[test]
fn long_lines_and_blocks_take_little_memory() {
    const MOST: usize = 16 << 20;
    let long = vec![b'x'; 24 << 20];
    let yaml = [b"not ok 2\n  ---\n  ", &long[..], b"\n  ...\n"].concat();
    let comments = [b"not ok 3\n".to_vec(), b"# comment\n".repeat(2_000_000)].concat();
    let tap = [b"1..4\nok 1 - ", &long[..], b"\n", &yaml, &comments, &long, b"\n# ", &long, b"\nok 4\n"].concat();
    let mut live = start(&[]);
    live.write(&tap);
    live.read_until(|output| contains(&output[output.len().saturating_sub(100)..], b"test 4"));
    let most = peak_memory(live.process_ids()[0]);
    assert!(most < MOST, "it used {most} bytes");
    let tests = tests(&live.finish().stdout);
    let sizes: Vec<_> = tests.iter().map(|test| test.attachments.iter().map(|file| file.size).sum::<u64>()).collect();
    assert!(sizes[1] > 24 << 20 && sizes[2] > 44_000_000, "{sizes:?}");
    assert_eq!(tests.iter().map(|test| test.status.name()).collect::<Vec<_>>(), ["success", "fail", "fail", "success"]);
}

#[test]
fn deep_nesting_and_odd_numbers_are_no_trouble() {
    let steps: String = (0..500).flat_map(|depth| [" ".repeat(4 * depth), "ok 1 - step\n".to_owned()]).collect();
    let stairs = steps.lines().rev().collect::<Vec<_>>().join("\n");
    for tap in [&steps, &stairs] {
        assert!(failures(tap).iter().all(|id| id.ends_with("tap errors")));
        let levels = outcomes(tap).iter().filter(|(id, _)| id.ends_with("step")).count();
        assert_eq!(levels, 64, "the rest is text");
    }
    let kernel: String = (0..500).flat_map(|depth| ["  ".repeat(depth), "KTAP version 1\n".to_owned()]).collect();
    assert_eq!(failures(&kernel), [""; 0]);
    let backwards: String =
        (1..=200_000).rev().flat_map(|number| ["ok ".to_owned(), number.to_string(), "\n".to_owned()]).collect();
    assert_eq!(failures(backwards + "1..200000\n"), [""; 0]);
}

#[test]
fn every_line_of_any_input_is_somewhere_in_the_output() {
    const WORDS: [&str; 24] = [
        "1..3",
        "ok 1 - w",
        "not ok 2 w # TODO w",
        "ok",
        "# w",
        "    ok 1 w",
        "    1..2",
        "  ---",
        "  w: 1",
        "  ...",
        "w w",
        "  w",
        "TAP version 14",
        "KTAP version 1",
        "# Subtest: w",
        "ok 3 w {",
        "}",
        "\tok 1 w",
        "pragma +strict",
        "1..0 # w",
        "        ok 2 - w",
        "[ 1.0] KTAP version 1",
        "",
        "   ",
    ];
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let mut tap = String::new();
        for line in 0..200 {
            let word = WORDS[random.below(WORDS.len())];
            tap.push_str(&word.replace('w', &format!("word{line}.")));
            tap.push_str(if random.below(9) == 0 { "\r\n" } else { "\n" });
        }
        let finished = run(&[], &tap);
        assert_eq!((finished.code(), &*finished.stderr[0]), (0, ""), "seed {seed}");
        assert_eq!(printed::strays(&finished.stdout), [""; 0], "seed {seed}");
        let lines = printed::lines(&finished.stdout).join("\n");
        // A comment that announces a subtest is the name of it, if there is one.
        for line in tap.lines().filter(|line| !line.contains("Subtest")) {
            for word in line.split_whitespace().filter(|word| word.starts_with("word")) {
                assert!(lines.contains(word.trim_end_matches(':')), "seed {seed}: {line:?} is lost in\n{tap}");
            }
        }
    }
}
