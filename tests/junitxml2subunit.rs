//! What junitxml2subunit does.

use std::fs;

use subunit_codec::{Event, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::{Pipeline, closed_pipe};
use testkit::random::Random;
use testkit::stream::{at, stream};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::printed;
use crate::tool::{full_device, trouble};

fn convert(args: &[&str], xml: &[u8]) -> Finished {
    run_to_end(tool("junitxml2subunit").command(args), xml)
}

/// The packets of a report in a suite that began in 1970, without those that begin tests, and the
/// exit status.
#[track_caller]
fn tests(cases: &str) -> (Vec<String>, i32) {
    packets(&format!("<testsuite timestamp='1970-01-01T00:00:10'>{cases}</testsuite>"))
}

#[track_caller]
fn packets(xml: &str) -> (Vec<String>, i32) {
    let finished = convert(&["-"], xml.as_bytes());
    assert_eq!(finished.stderr, [""], "{xml}");
    let lines = printed::lines(&finished.stdout).into_iter().filter(|line| !line.contains(" inprogress"));
    let lines = lines.map(|line| line.replace(" (text/plain; charset=UTF8) eof", ""));
    (lines.collect(), finished.code())
}

#[test]
fn a_case_is_a_test_with_times() {
    let finished = convert(
        &["-"],
        b"<testsuites><testsuite name='s' timestamp='1970-01-01T00:00:10'>\
          <testcase classname='A' name='b' time='1.5'/><testcase name='c' time='0.5'></testcase><testcase classname='D' name=''/>\
          </testsuite></testsuites>",
    );
    finished.assert().code(0).stderr("");
    assert_eq!(
        printed::lines(&finished.stdout),
        [
            "A::b inprogress @10.",
            "A::b success @11.5",
            "c inprogress @11.5",
            "c success @12.",
            "D::?3 inprogress @12.",
            "D::?3 success",
        ]
    );
}

#[test]
fn failures_errors_and_skips_say_why() {
    let (lines, status) = tests(
        "<testcase name='a'><failure type='T' message='M &lt;1&gt;'>\n body &amp; <![CDATA[<more>]]>\n</failure></testcase>\
         <testcase name='b'><error message='M'/></testcase><testcase name='c'><skipped message='why'/></testcase>\
         <testcase name='d'><skipped/></testcase><testcase name='e'><failure/></testcase>",
    );
    assert_eq!(
        lines,
        [
            "a fail junit detail=\"T: M <1>\\nbody & <more>\\n\"",
            "b ... kind=\"error\\n\"",
            "b fail junit detail=\"M\\n\"",
            "c skip reason=\"why\\n\"",
            "d skip",
            "e fail",
        ]
    );
    assert_eq!(status, 1);
}

#[test]
fn two_failures_of_a_case_are_both_told() {
    let (lines, _) = tests("<testcase name='a'><failure message='one'/><failure message='two'/></testcase>");
    assert_eq!(lines, ["a fail junit detail=\"one\\n\\ntwo\\n\""]);
}

#[test]
fn a_flaky_test_passes_and_a_repeated_one_fails() {
    let (lines, status) = tests(
        "<testcase name='a'><flakyFailure type='T' message='M'><stackTrace>at x</stackTrace><system-out>o</system-out>\
         </flakyFailure></testcase>",
    );
    assert_eq!(lines, ["a fail junit detail=\"T: M\\nat x\\n\"", "a ... stdout=\"o\"", "a success"]);
    assert_eq!(status, 0, "the last attempt counts");
    let (lines, status) = tests("<testcase name='a'><failure message='1'/><rerunError message='2'/></testcase>");
    assert_eq!(lines, ["a fail junit detail=\"2\\n\"", "a fail junit detail=\"1\\n\""]);
    assert_eq!(status, 1);
}

#[test]
fn output_and_properties_are_attachments_of_the_case_or_files_of_the_run() {
    let (lines, _) = tests(
        "<properties><property name='os' value='linux'/></properties><testcase name='a'><system-out>out</system-out>\
         <system-err>err</system-err><properties><property name='k' value='v'/><property name='k' value='w'/></properties></testcase><system-out>suite</system-out>",
    );
    assert_eq!(
        lines,
        [
            "a ... stdout=\"out\"",
            "a ... stderr=\"err\"",
            "a ... properties=\"{\\\"k\\\":[\\\"v\\\",\\\"w\\\"]}\" (application/json) eof",
            "a success",
            "- ... stdout=\"suite\"",
            "- ... properties=\"{\\\"os\\\":\\\"linux\\\"}\\n\" (application/json) eof",
        ]
    );
}

#[test]
fn what_the_attribute_status_says_counts_if_nothing_else_does() {
    for (attributes, outcome, code) in [
        ("status='run'", "success", 0),
        ("status='notrun' result='suppressed'", "skip", 0),
        ("status='disabled'", "skip", 0),
        ("status='Failed'", "fail", 1),
        ("result='completed'", "success", 0),
    ] {
        assert_eq!(
            tests(&format!("<testcase name='a' {attributes}/>")),
            (vec![format!("a {outcome}")], code),
            "{attributes}"
        );
    }
}

#[test]
fn a_suite_that_counts_failures_without_a_case_fails() {
    let (lines, status) =
        packets("<testsuite name='s' errors='1' timestamp='1970-01-01T00:00:10'><testcase name='a'/></testsuite>");
    assert_eq!((lines, status), (vec!["a success".into(), "s [suite] fail".into()], 1));
    let (lines, status) =
        packets("<testsuites failures='1'><testsuite name='s'><error message='M'/></testsuite></testsuites>");
    assert_eq!(lines.len(), 2, "one for the suite, none for the root: {lines:?}");
    assert!(lines[1].starts_with("s [suite] fail") && lines[1].ends_with("junit detail=\"M\\n\""), "{lines:?}");
    assert_eq!(status, 1);
    let failing = "<testsuites failures='1'><testsuite failures='1'><testcase name='a'><failure/></testcase></testsuite></testsuites>";
    assert_eq!(packets(failing).0.len(), 1);
}

#[test]
fn nested_suites_namespaces_and_encodings_are_read() {
    let nested = "<x:testsuites xmlns:x='urn:x'><x:testsuite><x:testsuite><x:testcase name='a'/></x:testsuite></x:testsuite></x:testsuites>";
    assert!(packets(nested).0[0].starts_with("a success"));
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><testsuite><testcase name='\xe9'/></testsuite>";
    assert!(printed::lines(&convert(&["-"], latin).stdout)[1].starts_with("\u{e9} success"));
    let wrong = b"<testsuite><testcase name='\xff\x1b'><failure>&nothing; &#27;</failure></testcase></testsuite>";
    let lines = printed::lines(&convert(&["-"], wrong).stdout);
    assert!(lines[1].contains("\u{fffd}\u{1b} fail") && lines[1].contains("&nothing; \\x1b"), "{lines:?}");
}

#[test]
fn a_document_type_is_not_expanded() {
    let bomb = "<!DOCTYPE t [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><testsuite><testcase name='&b;'/></testsuite>";
    assert!(packets(bomb).0[0].starts_with("&b; success"));
}

#[test]
fn made_up_times_are_marked() {
    let lines = printed::lines(&convert(&["-"], b"<testsuite><testcase name='a' time='1'/></testsuite>").stdout);
    assert_eq!(lines, ["a inprogress @946684800. #no-clock", "a success @946684801. #no-clock"]);
}

#[test]
fn a_broken_report_gives_what_it_holds_and_a_failure() {
    let whole = "<testsuite timestamp='1970-01-01T00:00:10'><testcase name='a'/><testcase name='b'><failure>x</failure></testcase></testsuite>";
    for length in 0..whole.len() {
        let finished = convert(&["-"], &whole.as_bytes()[..length]);
        let lines = printed::lines(&finished.stdout);
        assert_eq!(finished.code(), 1, "cut off after {length} bytes: {lines:?}");
        let last = lines.last().expect("there is a report of the fault");
        assert!(last.starts_with("standard input [parse] fail not-runnable reason=\""), "{length}: {last}");
        let has_case = whole[..length].contains("name='a'/>");
        assert_eq!(lines.iter().any(|line| line.starts_with("a success")), has_case, "{length}: {lines:?}");
        assert!(!lines.iter().any(|line| line.starts_with("b success")), "{length}: no verdict is made up: {lines:?}");
    }
    for other in ["<html></html>", "no xml", "<testsuite><testcase></testsuite>", "<a><testcase name='x'/></b>"] {
        assert_eq!(convert(&["-"], other.as_bytes()).code(), 1, "{other}");
    }
}

#[test]
fn folders_are_walked_in_order_and_what_is_missing_costs_itself_only() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("reports/sub")).expect("there is room");
    let report =
        |name: &str| format!("<testsuite timestamp='1970-01-01T00:00:10'><testcase name='{name}'/></testsuite>");
    for (file, name) in
        [("reports/b.xml", "b"), ("reports/a.xml", "a"), ("reports/sub/c.xml", "c"), ("reports/d.txt", "d"), ("e", "e")]
    {
        folder.write(file, report(name).as_bytes());
    }
    let run = |args: &[&str]| run_to_end(folder.command(tool("junitxml2subunit"), args), b"");
    let finished = run(&["-d", "reports", "e"]);
    finished.assert().code(0).stderr("");
    let ends: Vec<String> =
        printed::lines(&finished.stdout).into_iter().filter(|line| line.contains("success")).collect();
    assert_eq!(ends, ["a success", "b success", "c success", "e success"]);
    let finished = run(&["missing", "-d", "none", "e"]);
    assert_eq!(finished.code(), 2);
    let said =
        "junitxml2subunit: none: No such file or directory\njunitxml2subunit: missing: No such file or directory\n";
    assert_eq!(finished.stderr[0], said);
    assert_eq!(printed::lines(&finished.stdout).len(), 2);
    assert_eq!(run(&[]).code(), 2, "as in python-subunit");
    assert_eq!(run(&["--fail-on-empty", "-d", "reports/sub"]).code(), 0);
    folder.write("empty", b"<testsuites/>");
    assert_eq!((run(&["empty"]).code(), run(&["--fail-on-empty", "empty"]).code()), (0, 1));
}

#[test]
fn a_report_of_subunit2junitxml_comes_back() {
    let mut random = Random::new(9);
    for seed in 0..20_u32 {
        let mut events = Vec::new();
        let mut clock = 1_000;
        for number in 0..20 {
            let id = format!("pkg::Case{seed}::test_{number}");
            let status = [Status::Success, Status::Fail, Status::Skip][random.below(3)];
            let (start, took) = (clock, u32::try_from(random.below(5000)).expect("it is small"));
            clock += took;
            let at = |milliseconds: u32| at(milliseconds / 1000, milliseconds % 1000 * 1_000_000);
            let text = format!("Traceback {number}\n<&> \u{e9}\nError: {}", random.below(100));
            events.push(Event::test(id.clone()).status(Status::InProgress).at(at(start)));
            let end = Event::test(id).status(status).at(at(clock));
            let file = |name| {
                Some(subunit_codec::File { name: String::from(name).into(), bytes: text.clone().into_bytes().into() })
            };
            events.push(match status {
                Status::Fail => Event { file: file("traceback"), mime_type: Some("text/x-traceback".into()), ..end },
                Status::Skip => Event { file: file("reason"), mime_type: Some("text/plain".into()), ..end },
                _ => end,
            });
        }
        let input = stream(events);
        let report = run_to_end(tool("subunit2junitxml").command([""; 0]), &input).stdout;
        let back = convert(&["-"], &report).stdout;
        let list = |stream: &[u8]| {
            run_to_end(tool("subunit-ls").command(["-l", "--no-passthrough"]), stream).text().to_owned()
        };
        assert_eq!(list(&back), list(&input), "seed {seed}: ids, outcomes and durations");
        let again = run_to_end(tool("subunit2junitxml").command([""; 0]), &back);
        assert_eq!(again.code(), i32::from(String::from_utf8_lossy(&report).contains("<failure")), "seed {seed}");
        for id in (0..20).map(|number| format!("pkg::Case{seed}::test_{number}")) {
            let said = printed::file(&input, Some(&id), "traceback");
            let kept = printed::file(&back, Some(&id), "junit detail");
            let kept = String::from_utf8_lossy(&kept).into_owned();
            assert!(kept.contains(&*String::from_utf8_lossy(&said)), "seed {seed}, {id}: {kept}");
        }
    }
}

#[test]
fn it_ends_as_every_tool_does() {
    let report = b"<testsuite><testcase name='a'/></testsuite>";
    let command = || tool("junitxml2subunit").command(["-"]);
    let finished = Pipeline::new([command()]).output(full_device()).run(report);
    assert_eq!(trouble("junitxml2subunit", &finished), "standard output: No space left on device");
    let finished = Pipeline::new([command()]).output(closed_pipe()).run(report);
    finished.assert().code(141).stderr("");
}
