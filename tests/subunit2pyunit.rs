//! What subunit2pyunit does.

use std::process::{Command, Stdio};

use subunit_codec::{Event, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::{Pipeline, closed_pipe};
use testkit::stream::{at, stream, test};

use crate::every_tool::{contains, tool};
use crate::folder::Folder;
use crate::tool::{DEADLINE, full_device, peak_memory};

/// Runs the tool as it is: the report is on standard error.
fn run(args: &[&str], input: &[u8]) -> Finished {
    run_to_end(tool("subunit2pyunit").command(args), input)
}

fn ended(id: &'static str, status: Status, seconds: u32) -> Event<'static> {
    Event::test(id).status(status).at(at(seconds, 0))
}

fn reason(event: Event<'static>, name: &'static str, text: &'static str) -> Event<'static> {
    event.file(name, text.as_bytes()).mime_type("text/plain;charset=utf8").eof()
}

/// The report on a failure of the test `b`.
fn failure(event: Event<'static>) -> String {
    let report = run(&[], &stream([event])).stderr.concat();
    let (_, rest) = report.split_once("FAIL: b\nb\n").expect("it failed");
    let (line, rest) = rest.split_once('\n').expect("there are more lines");
    rest.split_once(line).expect("the failure ends").0.to_owned()
}

#[test]
fn a_run_looks_as_in_unittest() {
    let run = [
        stream([
            ended("a", Status::InProgress, 1),
            ended("a", Status::Success, 2),
            ended("b", Status::InProgress, 2),
            reason(ended("b", Status::Fail, 3), "traceback", "x"),
        ]),
        b"building\n".to_vec(),
        stream([reason(ended("c", Status::Skip, 4), "reason", "why")]),
    ]
    .concat();
    let finished = self::run(&[], &run);
    let expected = "\
a
a ... ok
b
b ... FAIL
c
c ... skipped 'why'

======================================================================
FAIL: b
b
----------------------------------------------------------------------
x


----------------------------------------------------------------------
Ran 3 tests in 3.000s

FAILED (failures=1, skipped=1)
";
    finished.assert().code(1).stdout("building\n").stderr(expected);
    self::run(&["--no-passthrough"], &run).assert().code(1).stdout("").stderr(expected);
}

#[test]
fn good_tests_are_ok_and_every_outcome_is_counted() {
    let good = [
        ended("a", Status::Success, 1),
        ended("b", Status::ExpectedFailure, 1),
        ended("c", Status::Skip, 1),
        ended("d", Status::Exists, 1),
    ];
    let finished = run(&[], &stream(good));
    let line = "-".repeat(70);
    finished.assert().code(0).stdout("").stderr(format!(
        "a\na ... ok\nb\nb ... expected failure\nc\nc ... skipped ''\n\n{line}\nRan 3 tests in 0.000s\n\n\
         OK (skipped=1, expected failures=1)\n"
    ));
    let finished = run(&[], &stream([ended("e", Status::UnexpectedSuccess, 1)]));
    finished.assert().code(1).stdout("").stderr(format!(
        "e\ne ... unexpected success\n\n{}\nUNEXPECTED SUCCESS: e\ne\n{line}\nRan 1 test in 0.000s\n\n\
         FAILED (unexpected successes=1)\n",
        "=".repeat(70)
    ));
    run(&[], b"").assert().code(0).stderr(format!("\n{line}\nRan 0 tests in 0.000s\n\nOK\n"));
}

#[test]
fn a_test_is_named_when_it_begins_and_one_that_hangs_fails() {
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" 2>&1", tool("subunit2pyunit").path]);
    let mut live = Pipeline::new([command]).deadline(DEADLINE).start();
    live.write(&stream([ended("hangs", Status::InProgress, 1), ended("other", Status::InProgress, 1)]));
    live.read_until(|output| output == b"hangs\nother\n");
    live.write(&stream([ended("other", Status::Success, 2)]));
    live.read_until(|output| output.ends_with(b"other ... ok\n"));
    let finished = live.finish();
    assert_eq!(finished.code(), 1);
    let report = finished.text();
    assert!(report.starts_with("hangs\nother\nother ... ok\nhangs ... did not finish\n\n=="), "{report}");
    assert!(report.contains("\nFAIL: hangs\nhangs\n-----") && report.contains("--\ndid not finish\n"), "{report}");
    assert!(report.ends_with("\nFAILED (failures=1)\n"), "{report}");
}

#[test]
fn failures_have_all_that_is_attached_to_them_the_traceback_last() {
    let failed = || ended("b", Status::Fail, 1);
    assert_eq!(failure(failed()), "\n\n");
    assert_eq!(failure(reason(failed(), "log", " one \n")), "log: {{{one}}}\n\n\n");
    assert_eq!(failure(reason(failed(), "log", "one\ntwo\n")), "log: {{{\none\ntwo\n}}}\n\n\n");
    assert_eq!(failure(reason(failed(), "log", "\n")), "Empty attachments:\n  log\n\n\n");
    assert_eq!(
        failure(failed().file("a\x1b", &b"\0"[..]).mime_type("image/png").eof()),
        "Binary content:\n  a\\x1b (image/png)\n\n\n"
    );
    let attach = |name, text| reason(Event::test("b"), name, text);
    let report = run(&[], &stream([attach("traceback", "boom"), attach("a", "x"), attach("z", "y"), failed()]));
    let report = report.stderr.concat();
    assert!(report.contains("\na: {{{x}}}\nz: {{{y}}}\n\nboom\n\n\n---"), "{report}");
    let long: &'static str = Box::leak("x".repeat(70_000).into_boxed_str());
    let cut = failure(reason(failed(), "traceback", long));
    assert!(cut.ends_with("x\n[... 4464 more bytes]\n\n\n"), "{}", &cut[cut.len() - 60..]);
}

#[test]
fn a_reason_is_quoted_as_in_python_and_other_texts_stand_in_for_it() {
    for (name, text, shown) in [
        ("reason", "it's", "\"it's\""),
        ("reason", "two\nlines", r"'two\nlines'"),
        ("log", "no reason", "'log: {{{no reason}}}\\n'"),
    ] {
        let finished = run(&[], &stream([reason(ended("c", Status::Skip, 1), name, text)]));
        let line = format!("c ... skipped {shown}");
        assert_eq!(finished.stderr[0].lines().nth(1), Some(&*line));
    }
}

#[test]
fn names_do_not_make_lines_and_damage_is_a_failed_test() {
    let hostile = "a\n... ok\nRan 1 test\u{1b}[2J";
    let finished = run(&[], &stream([ended(hostile, Status::Fail, 1)]));
    let report = finished.stderr.concat();
    assert!(report.contains(r"FAIL: a\n... ok\nRan 1 test\x1b[2J"), "{report}");
    let mut broken = test("a", Status::Success);
    broken.truncate(8);
    let finished = run(&[], &[test("a", Status::Success), broken].concat());
    assert_eq!(finished.code(), 1);
    let report = finished.stderr.concat();
    assert!(report.contains("\nsubunit.parser\nsubunit.parser ... FAIL\n"), "{report}");
    assert!(report.contains("Parser Error: {{{"), "{report}");
}

#[test]
fn a_run_that_is_not_whole_is_never_called_ok() {
    let folder = Folder::new();
    folder.write("good", &test("a", Status::Success));
    for (args, input) in [
        (&["good", "/proc/nonexistent"][..], &b""[..]),
        (&["good", "-"], b"no stream\n"),
        (&["--fail-on-empty", "-"], b""),
    ] {
        let finished = run_to_end(folder.command(tool("subunit2pyunit"), args), input);
        assert_ne!(finished.code(), 0, "{args:?}");
        assert!(finished.stderr[0].contains("\n\nFAILED\n"), "{args:?}: {:?}", finished.stderr);
    }
}

#[test]
fn the_report_does_not_depend_on_who_reads_the_text() {
    let input = [b"text\n".to_vec(), test("a", Status::Fail)].concat();
    let report = run(&[], &input).stderr.concat();
    let command = || tool("subunit2pyunit").command([""; 0]);
    let finished = Pipeline::new([command()]).output(closed_pipe()).run(&input);
    finished.assert().code(141).stderr(report.clone());
    let finished = Pipeline::new([command()]).output(full_device()).run(&input);
    finished.assert().code(2);
    let said = "subunit2pyunit: standard output: No space left on device\n";
    assert_eq!(finished.stderr[0], report + said);
}

#[test]
fn a_report_that_cannot_be_written_is_trouble() {
    let status = |stderr: Stdio| {
        let mut child = tool("subunit2pyunit").command([""; 0]);
        child.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr);
        child.status().expect("it starts").code()
    };
    assert_eq!(status(full_device().into()), Some(2));
    assert_eq!(status(closed_pipe()), Some(141));
}

#[test]
fn text_that_does_not_end_its_line_gets_one_before_the_report_goes_on() {
    let input = [b"half a line".to_vec(), test("a", Status::Success), b"more".to_vec()].concat();
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" 2>&1", tool("subunit2pyunit").path]);
    let finished = run_to_end(command, &input);
    assert!(finished.text().starts_with("half a line\na\na ... ok\nmore\n\n-----"), "{}", finished.text());
    let finished = run(&[], &input);
    assert_eq!(finished.text(), "half a linemore", "apart from the report, text stays as it is");
}

#[test]
fn memory_does_not_grow_with_failures() {
    let log = vec![b'x'; 2000];
    let failures = (0..20_000).map(|number| {
        let event = Event::test(format!("test-{number}")).status(Status::Fail);
        event.file("traceback", log.clone()).mime_type("text/plain").eof()
    });
    let input = stream(failures);
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" 2>&1", tool("subunit2pyunit").path]);
    let mut live = Pipeline::new([command]).deadline(3 * DEADLINE).start();
    live.write(&input);
    live.read_until(|output| contains(&output[output.len().saturating_sub(100)..], b"test-19999 ... FAIL"));
    let most = peak_memory(live.process_ids()[0]);
    assert!(most < 16 << 20, "{most} bytes");
    let finished = live.finish();
    assert_eq!(finished.code(), 1);
    assert_eq!(finished.text().matches("\nFAIL: test-").count(), 20_000, "each of them is there");
}
