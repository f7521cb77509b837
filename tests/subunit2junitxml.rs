//! subunit2junitxml.

mod long;
mod readers;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use quick_xml::events::{BytesStart, Event as Xml};
use quick_xml::{Reader, XmlVersion};
use subunit_codec::{Event, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::{Live, Pipeline, closed_pipe};
use testkit::stream::{at, good_tests, packet, run, stream, test, with_flip};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::printed;
use crate::tool::{DEADLINE, assert_silent, full_device, peak_memory, read_data, trouble};

/// The report on a stream, and how the tool ends.
fn report(args: &[&str], input: &[u8]) -> Finished {
    let finished = run_to_end(tool("subunit2junitxml").command(args), input);
    assert_silent("subunit2junitxml", &finished);
    assert_valid(&finished.stdout);
    finished
}

/// Checks a report by the schema, and that libxml2 takes it. A machine without xmllint checks
/// neither.
#[track_caller]
fn assert_valid(report: &[u8]) {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/junit.xsd");
    let mut command = Command::new("xmllint");
    command.args(["--noout", "--schema", schema, "-"]).stdin(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut xmllint) = command.spawn() else { return };
    let mut input = xmllint.stdin.take().expect("its standard input is a pipe");
    // It stops reading where it finds a fault.
    let _ = input.write_all(report);
    drop(input);
    let output = xmllint.wait_with_output().expect("it was started");
    assert!(output.status.success(), "a report is valid: {}", String::from_utf8_lossy(&output.stderr));
}

/// The command that reports to a file.
fn command_to(path: &Path, args: &[&str]) -> Command {
    let mut command = tool("subunit2junitxml").command(args);
    command.arg("-o").arg(path);
    command
}

/// A report as a line for each element and text, indented: what any reader of XML finds in it.
fn outline(report: &str) -> String {
    let mut reader = Reader::from_str(report);
    let (mut lines, mut text, mut depth) = (String::new(), String::new(), 0);
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{error} in {report}"));
        match &event {
            Xml::Text(piece) => text.push_str(&piece.xml10_content()),
            Xml::GeneralRef(reference) => text.push_str(&resolved(reference)),
            _ => {
                if !text.trim().is_empty() {
                    writeln!(lines, "{}{text:?}", "  ".repeat(depth)).expect("a string takes any text");
                }
                text.clear();
            }
        }
        let indent = "  ".repeat(depth);
        match event {
            Xml::Start(start) => {
                writeln!(lines, "{indent}{}", shown(&start)).expect("a string takes any text");
                depth += 1;
            }
            Xml::Empty(start) => writeln!(lines, "{indent}{}", shown(&start)).expect("a string takes any text"),
            Xml::End(_) => depth -= 1,
            Xml::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "every element is closed: {report}");
    lines
}

fn resolved(reference: &quick_xml::events::BytesRef<'_>) -> String {
    let name = format!("&{};", &**reference);
    quick_xml::escape::unescape(&name).expect("only what XML itself knows is referred to").into_owned()
}

fn shown(start: &BytesStart<'_>) -> String {
    let mut line = start.name().0.to_owned();
    for attribute in start.attributes() {
        let attribute = attribute.expect("attributes are well-formed");
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).expect("values are well-formed");
        write!(line, " {}={value:?}", attribute.key.0).expect("a string takes any text");
    }
    line
}

/// The outline of what stands in the suite of a report with one, without the line of the suite
/// itself.
fn cases(input: &[u8]) -> String {
    let outline = outline(report(&["--no-passthrough"], input).text());
    let lines = outline.lines().filter(|line| line.starts_with("  "));
    lines.fold(String::new(), |all, line| all + line.strip_prefix("  ").unwrap_or(line) + "\n")
}

fn ends(id: &'static str, status: Status) -> Event<'static> {
    Event::test(id).status(status)
}

fn text_file<'a>(event: Event<'a>, name: &'a str, text: &'a str) -> Event<'a> {
    event.file(name, text.as_bytes()).mime_type("text/plain;charset=utf8").eof()
}

const TRACEBACK: &str =
    "Traceback (most recent call last):\n  File \"x.py\", line 3, in test\n    f()\nx.Broken: it <is>\n";

#[test]
fn the_recorded_run_is_reported_as_recorded() {
    let expected = String::from_utf8(read_data("testr-run.xml")).expect("the data is UTF-8");
    for name in ["testr-run", "testr-run.subunit"] {
        let finished = report(&[], &read_data(name));
        assert!(finished.text() == expected, "{name}");
        assert_eq!(finished.code(), 1, "{name}");
    }
}

#[test]
fn each_outcome_has_its_element() {
    let input = stream([
        ends("m.C.ok", Status::InProgress).at(at(1000, 0)),
        ends("m.C.ok", Status::Success).at(at(1001, 499_600_000)),
        text_file(ends("m.C.fail", Status::Fail), "traceback", TRACEBACK),
        ends("m.C.bare", Status::Fail),
        text_file(ends("m.C.skip", Status::Skip), "reason", "no <net>\ntoday"),
        ends("m.C.skip2", Status::Skip),
        text_file(ends("m.C.known", Status::ExpectedFailure), "reason", "bug 7"),
        text_file(ends("m.C.wrong", Status::UnexpectedSuccess), "reason", "bug 8"),
        ends("m.C.exists", Status::Exists),
        text_file(ends("m.C.hung", Status::InProgress).at(at(1010, 0)), "log", "half way"),
    ]);
    let expected = r#"testcase classname="m.C" name="ok" time="1.500"
testcase classname="m.C" name="fail" time="0.000"
  failure type="x.Broken" message="it <is>"
    "Traceback (most recent call last):\n  File \"x.py\", line 3, in test\n    f()\nx.Broken: it <is>\n"
testcase classname="m.C" name="bare" time="0.000"
  failure type="failure" message="the test failed"
testcase classname="m.C" name="skip" time="0.000"
  skipped message="no <net>\ntoday"
    "no <net>\ntoday"
testcase classname="m.C" name="skip2" time="0.000"
  skipped
testcase classname="m.C" name="known" time="0.000"
  system-out
    "reason: {{{bug 7}}}\n"
testcase classname="m.C" name="wrong" time="0.000"
  failure type="UnexpectedSuccess" message="the test passed, and was expected to fail"
    "reason: {{{bug 8}}}\n"
testcase classname="m.C" name="hung" time="0.000"
  error type="Unfinished" message="the test did not finish"
    "log: {{{half way}}}\n"
"#;
    assert_eq!(cases(&input), expected);
    let finished = report(&[], &input);
    let suite = r#"testsuite name="subunit" tests="8" failures="3" errors="1" time="1.500" skipped="2" timestamp="1970-01-01T00:16:40Z""#;
    assert_eq!(outline(finished.text()).lines().next(), Some(suite));
    assert_eq!(finished.code(), 1);
}

#[test]
fn status_1_says_that_something_failed() {
    for status in Status::ALL {
        let input = [good_tests(2), packet(&Event::test("a").status(status))].concat();
        assert_eq!(report(&[], &input).code(), i32::from(status.is_failure()), "{status}");
    }
    for input in [&b""[..], b"progress: 3\n", &packet(&ends("there", Status::Exists))] {
        assert_eq!(report(&[], input).code(), 0);
        let finished = run_to_end(tool("subunit2junitxml").command(["--fail-on-empty"]), input);
        assert_eq!(finished.code(), 1, "{}", input.escape_ascii());
        assert_eq!(finished.stderr[0], "subunit2junitxml: no test in the input, and --fail-on-empty is given\n");
    }
    assert_eq!(report(&["--fail-on-empty"], &good_tests(1)).code(), 0);
}

#[test]
fn every_attachment_shows_somewhere() {
    let file = |name: &'static str, text: &'static str| text_file(Event::test("t"), name, text);
    for (status, outcome, rest) in [
        (Status::Success, "", "bin (image/png, 3 bytes)\nlog: {{{\na\nb\n}}}\nTraceback\n"),
        (Status::Fail, "bin (image/png, 3 bytes)\nlog: {{{\na\nb\n}}}\nTraceback\n", ""),
    ] {
        let input = stream([
            file("stdout", "printed"),
            Event::test("t").file("stderr", &b"warned\n"[..]).mime_type("application/octet-stream").eof(),
            Event::test("t").file("bin", &b"\0\x01\xff"[..]).mime_type("image/png").eof(),
            file("traceback", "Traceback"),
            file("log", "a\nb"),
            file("none", ""),
            file("stdout", "more\n"),
            Event::test("t").status(status),
        ]);
        let outcome = if outcome.is_empty() {
            String::new()
        } else {
            format!("  failure type=\"failure\" message=\"Traceback\"\n    {outcome:?}\n")
        };
        let output = format!("printed\nmore\n{rest}");
        let expected = format!(
            "testcase classname=\"subunit\" name=\"t\" time=\"0.000\"\n{outcome}  system-out\n    {output:?}\n  system-err\n    \"warned\\n\"\n"
        );
        assert_eq!(cases(&input), expected, "{status}");
    }
}

/// The outline of what stands in the suite of a report on a TAP document.
fn cases_of_tap(tap: &str) -> String {
    cases(&tool("tap2subunit").run(&[], tap.as_bytes()).stdout)
}

#[test]
fn a_message_is_found_in_the_diagnostics_of_tap() {
    let yaml = "  ---\n  message: boom\n  severity: fail\n  ...\n";
    assert!(cases_of_tap(&format!("1..1\nnot ok 1 - x\n{yaml}")).contains("type=\"failure\" message=\"boom\""));
    let yaml = "  ---\n  type: 'test'\n  error: |-\n    1 is\n    not 2\n  name: 'AssertionError'\n  ...\n";
    let outline = cases_of_tap(&format!("1..1\nnot ok 1 - x\n{yaml}"));
    assert!(outline.contains("type=\"AssertionError\" message=\"1 is\\nnot 2\""), "{outline}");
    let outline = cases_of_tap("1..1\nnot ok 1 - x\n  ---\n  found: 7\n  ...\n");
    assert!(outline.contains("type=\"failure\" message=\"found: 7\""), "{outline}");
}

#[test]
fn a_comment_of_tap_is_the_reason_of_a_test_that_was_skipped() {
    for (tap, name) in [("1..1\nok 1 - a # SKIP no network\n", "test 1 - a"), ("1..0 # no network\n", "file skip")] {
        let expected = format!(
            "testcase classname=\"subunit\" name={name:?} time=\"0.000\"\n  skipped message=\"no network\"\n    \"no network\"\n"
        );
        assert_eq!(cases_of_tap(tap), expected);
    }
    let input = stream([
        text_file(Event::test("a"), "tap comment", "# said before"),
        text_file(ends("a", Status::Skip), "reason", "no network"),
    ]);
    let expected = r#"testcase classname="subunit" name="a" time="0.000"
  skipped message="no network"
    "no network"
  system-out
    "tap comment: {{{# said before}}}\n"
"#;
    assert_eq!(cases(&input), expected, "a reason tells more");
}

#[test]
fn a_type_that_comes_late_says_what_came_before_it() {
    let log = |bytes: Vec<u8>| Event::test("a").file("log", bytes);
    let input = |before: usize| {
        let last = log(b"caf\xe9".to_vec()).mime_type("text/plain;charset=latin-1").eof();
        let (start, end) = (b"x".repeat(before), b"yz".to_vec());
        stream([Event::test("a").status(Status::InProgress), log(start), log(end), last, ends("a", Status::Success)])
    };
    let report_of = |before| report(&[], &input(before)).text().to_owned();
    assert!(report_of(3).contains("log: {{{xxxyzcafé}}}"), "{}", report_of(3));
    let much = report_of(40_000);
    assert!(much.contains("log (text/plain;charset=latin-1, 40006 bytes)"), "{much}");
}

#[test]
fn an_attachment_that_does_not_end_is_there_to_its_last_byte() {
    let log = Event::test("a").file("log", &b"caf\xc3"[..]).mime_type("text/plain");
    let output = cases(&stream([log, ends("a", Status::Success)]));
    assert!(output.contains("log: {{{caf\u{fffd}}}}"), "{output}");
}

#[test]
fn a_file_of_the_whole_run_is_in_the_suite_of_its_tag() {
    let note = |worker| text_file(Event::global_file("", &b""[..]), "note", worker).tags([worker]);
    let test = |id, worker| ends(id, Status::Success).tags([worker]);
    let input = stream([test("a", "worker-0"), test("b", "worker-1"), note("worker-1")]);
    let report = report(&["--suite-by", "tag"], &input);
    let (first, second) = report.text().split_once("</testsuite>").expect("there are two suites");
    assert!(!first.contains("note") && second.contains("note: {{{worker-1}}}"), "{}", report.text());
}

#[test]
fn attachments_without_a_test_case_are_in_the_suite() {
    let input = stream([
        Event::test("a").status(Status::Success),
        text_file(Event::test("a"), "late.log", "too late"),
        text_file(ends("there", Status::Exists), "note", "of a test that was not run"),
        text_file(Event::global_file("", &b""[..]), "setup.log", "of the run\n"),
        Event::global_file("stdout", &b"printed caf\xc3"[..]),
        Event::global_file("stderr", &b"warned"[..]),
        Event::global_file("stdout", &b"\xa9\n"[..]),
    ]);
    let outline = outline(report(&[], &input).text());
    let expected = r#"
  testcase classname="subunit" name="a" time="0.000"
  system-out
    "note of there: {{{of a test that was not run}}}\nsetup.log: {{{\nof the run\n}}}\nlate.log of a: {{{too late}}}\nprinted café\n"
  system-err
    "warned\n"
"#;
    assert_eq!(outline.split_once('\n').map(|(_, rest)| format!("\n{rest}")).as_deref(), Some(expected));
}

#[test]
fn tags_and_routes_are_properties() {
    let input = stream([
        ends("a", Status::Success).tags(["worker-0", "slow & <steady>"]).route_code("0/1"),
        ends("b", Status::Success).tags(["worker-1"]),
        ends("b2", Status::Success).tags(["worker-2"]),
        ends("c", Status::Success),
    ]);
    let expected = r#"  properties
    property name="route" value="0/1"
    property name="tag" value="slow & <steady>, worker-0, worker-1, worker-2"
  testcase classname="subunit" name="a" time="0.000"
    system-out
      "[[PROPERTY|route=0/1]]\n[[PROPERTY|tag=worker-0, slow & <steady>]]\n"
  testcase classname="subunit" name="b" time="0.000"
    system-out
      "[[PROPERTY|tag=worker-1]]\n"
  testcase classname="subunit" name="b2" time="0.000"
    system-out
      "[[PROPERTY|tag=worker-2]]\n"
  testcase classname="subunit" name="c" time="0.000"
"#;
    let outline = outline(report(&[], &input).text());
    assert_eq!(outline.split_once('\n').map(|(_, rest)| rest), Some(expected));
}

/// The names and counts of the suites, and the names of the cases in each.
fn suites(args: &[&str], input: &[u8]) -> Vec<String> {
    let mut suites: Vec<String> = Vec::new();
    for line in outline(report(args, input).text()).lines().map(str::trim) {
        let value = |name: &str| line.split_once(&format!("{name}=\"")).and_then(|(_, rest)| rest.split('"').next());
        if line.starts_with("testsuite ") {
            let counts = ["name", "tests", "failures", "errors", "skipped"].map(|name| value(name).unwrap_or_default());
            suites.push(counts.join(" "));
        } else if let (true, Some(suite)) = (line.starts_with("testcase "), suites.last_mut()) {
            write!(suite, " {}", value(" name").unwrap_or_default()).expect("a string takes any text");
        }
    }
    suites
}

#[test]
fn suites_are_made_by_tag_route_or_prefix() {
    let input = stream([
        ends("p.m.C.a", Status::Success).tags(["zoo", "worker-1", "slow"]).route_code("1"),
        ends("p.m.D.b", Status::Fail).tags(["zoo"]).route_code("0"),
        ends("q::c", Status::Skip).tags(["slow", "zoo"]).route_code("1"),
        ends("d", Status::InProgress),
    ]);
    assert_eq!(suites(&[], &input), ["subunit 4 1 1 1 a b c d"]);
    assert_eq!(suites(&["--suite-by", "route"], &input), ["0 1 1 0 0 b", "1 2 0 0 1 a c", "subunit 1 0 1 0 d"]);
    assert_eq!(suites(&["--suite-by", "prefix"], &input), ["p.m 2 1 0 0 a b", "q 1 0 0 1 c", "subunit 1 0 1 0 d"]);
    let by_tag = ["slow 1 0 0 1 c", "worker-1 1 0 0 0 a", "zoo 1 1 0 0 b", "subunit 1 0 1 0 d"];
    assert_eq!(suites(&["--suite-by", "tag"], &input), by_tag);

    let finished = report(&["--suite-by=tag"], &input);
    let first = outline(finished.text()).lines().next().map(str::to_owned);
    assert_eq!(first.as_deref(), Some(r#"testsuites tests="4" failures="1" errors="1" time="0.000""#));
    assert_eq!(suites(&["--suite-by=tag"], b""), [""; 0]);
    assert_eq!(suites(&[], b""), ["subunit 0 0 0 0"]);
}

#[test]
fn every_run_of_a_test_is_a_case() {
    let input = stream([
        ends("a", Status::Fail),
        ends("a", Status::Success),
        ends("a", Status::InProgress).route_code("0"),
        ends("a", Status::Success).route_code("1"),
        ends("a", Status::Success).route_code("0"),
    ]);
    assert_eq!(suites(&[], &input), ["subunit 4 1 0 0 a a a a".to_owned()], "four ended, none is left");
}

#[test]
fn every_character_is_shown_or_made_visible() {
    let all: String = (0..=0xffff).filter_map(char::from_u32).collect();
    let invalid = [&b"caf\xe9 \xff\xfe \xed\xa0\x80 "[..], all.as_bytes()].concat();
    let input = stream([
        Event::test("t").file("traceback", invalid).mime_type("text/plain;charset=utf8").eof(),
        ends("t", Status::Fail),
        ends("\u{fffe}\u{1} \u{1b}[31mred\u{1b}[m <&'\"> \n\t\r ]]>", Status::Success).tags(["\u{1f}"]),
    ]);
    let finished = report(&[], &input);
    let outline = outline(finished.text());
    let is_xml = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(finished.text().chars().all(is_xml), "every character is one of XML 1.0");
    let text = format!("{:?}", "caf\u{fffd} \u{fffd}\u{fffd} \u{fffd}\u{fffd}\u{fffd} \\x00\\x01\\x02");
    assert!(outline.contains(text.trim_matches('"')), "invalid UTF-8 and control characters");
    let kept: String = all.chars().filter(|c| is_xml(*c) && *c >= ' ').collect();
    assert!(outline.contains(format!("{kept:?}").trim_matches('"')), "all that XML has is as it was");
    let name = format!("{:?}", r#"\ufffe\x01 red <&'"> "#.to_owned() + "\n\t\r ]]>");
    assert!(outline.contains(&format!("name={name}")), "{outline:?}");
    assert!(!finished.text().contains("]]>"));
}

#[test]
fn characters_and_escapes_are_whole_wherever_packets_are_cut() {
    let text = "\u{1b}[1;31mgr\u{f6}\u{df}e\u{1b}[0m: \u{65e5}\u{672c} \u{1b}]8;;http://x\u{7}link\u{1b}]8;;\u{7}\r\n";
    let pieces = text
        .as_bytes()
        .chunks(1)
        .map(|piece| Event::test("t").file("stdout", piece.to_vec()).mime_type("text/plain;charset=utf8"));
    let input = stream(pieces.chain([ends("t", Status::Success)]));
    assert!(cases(&input).contains("\"größe: 日本 link\\r\\n\""), "{}", cases(&input));

    let latin = Event::test("t").file("log", &b"caf\xe9"[..]).mime_type("text/plain;charset=iso-8859-1").eof();
    assert!(cases(&stream([latin, ends("t", Status::Success)])).contains("log: {{{café}}}"));
}

#[test]
fn damage_is_a_failure_that_tells_what_is_wrong() {
    let torn = with_flip(packet(&text_file(ends("a", Status::Success), "log", "long enough")), 20, 1);
    let finished = report(&[], &torn);
    assert_eq!(finished.code(), 1);
    let outline = outline(finished.text());
    assert!(outline.contains("testcase classname=\"subunit\" name=\"parser\" time=\"0.000\""), "{outline}");
    assert!(outline.contains("failure type=\"failure\" message=\"") && outline.contains("checksum"), "{outline}");
    assert!(outline.contains("Packet data (application/octet-stream, "), "{outline}");
}

#[test]
fn text_is_in_the_report_or_on_standard_output() {
    let input = [b"building <x>\n".to_vec(), test("a", Status::Success), b"done".to_vec()].concat();
    let wrapped = tool("subunit-filter").run(&[], &input).stdout;
    for input in [&input, &wrapped] {
        let finished = report(&[], input);
        assert!(
            outline(finished.text()).contains("  system-out\n    \"building <x>\\ndone\\n\""),
            "{}",
            finished.text()
        );
        assert!(!report(&["--no-passthrough"], input).text().contains("building"));

        let folder = tempfile::tempdir().expect("there is room for a folder");
        let path = folder.path().join("report.xml");
        let finished = run_to_end(command_to(&path, &[]), input);
        assert_eq!(finished.text(), "building <x>\ndone");
        assert!(!fs::read_to_string(&path).expect("there is a report").contains("building"));
        let finished = run_to_end(command_to(&path, &["--no-passthrough"]), input);
        assert_eq!(finished.text(), "");
        let finished = run_to_end(command_to(&path, &["-f"]), input);
        let lines = printed::lines(&finished.stdout);
        assert_eq!(lines, ["- ... stdout=\"building <x>\\n\"", "a inprogress", "a success", "- ... stdout=\"done\""]);
        assert!(!fs::read_to_string(&path).expect("there is a report").contains("building"), "it went on");
    }
    let finished = run_to_end(tool("subunit2junitxml").command(["-f"]), b"");
    assert!(trouble("subunit2junitxml", &finished).contains("--output-to"), "a stream and a report are two outputs");
}

#[test]
fn a_message_is_found_at_the_end_of_a_long_traceback() {
    let long = format!(
        "Traceback (most recent call last):\n{}x.Long: ö <end>\nof it\n",
        "  File \"ö.py\", line 1\n".repeat(20_000)
    );
    let input = stream([text_file(Event::test("t"), "traceback", &long), ends("t", Status::Fail)]);
    assert!(cases(&input).contains("failure type=\"x.Long\" message=\"ö <end>\\nof it\"\n"));
}

/// Sends a signal to the first command of a pipeline.
fn signal(live: &Live, name: &str) {
    let id = live.process_ids()[0].to_string();
    assert!(Command::new("kill").args([name, &id]).status().expect("there is kill").success());
}

#[test]
fn a_signal_leaves_a_report_of_what_has_come() {
    for (name, status) in [("-TERM", 143), ("-INT", 130)] {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let path = folder.path().join("report.xml");
        let mut live = Pipeline::new([command_to(&path, &["-f"])]).deadline(DEADLINE).start();
        let input = [test("a", Status::Success), packet(&ends("hung", Status::InProgress))].concat();
        live.write(&input);
        live.read_until(|output| output == input);
        signal(&live, name);
        live.read_to_end();
        assert_eq!(live.finish().code(), status, "{name}");
        let text = fs::read_to_string(&path).expect("there is a report");
        assert!(outline(&text).contains("name=\"hung\" time=\"0.000\"\n    error type=\"Unfinished\""), "{text}");
        assert!(text.contains("tests=\"2\" failures=\"0\" errors=\"1\""), "{text}");
    }
}

#[test]
fn a_second_signal_ends_the_tool_at_once() {
    let folder = Folder::new();
    let command = folder.command(tool("subunit2junitxml"), &["-f", "-o", "report"]);
    let mut live = Pipeline::new([command]).deadline(DEADLINE).start();
    let input = test("a", Status::Success);
    live.write(&input);
    live.read_until(|output| output == input);
    signal(&live, "-TERM");
    // Two that come at once are one; the first is waited upon for a second.
    thread::sleep(Duration::from_millis(400));
    signal(&live, "-TERM");
    live.read_to_end();
    assert_eq!(live.finish().statuses[0].signal(), Some(15));
    assert!(!folder.path("report").exists(), "there is no report");
}

#[test]
fn a_signal_ends_the_wait_for_a_writer() {
    let folder = Folder::new();
    folder.write("a", &test("a", Status::Success));
    folder.fifo("unopened");
    for (name, status) in [("-TERM", 143), ("-INT", 130)] {
        let command = folder.command(tool("subunit2junitxml"), &["-f", "-o", "report.xml", "a", "unopened"]);
        let mut live = Pipeline::new([command]).deadline(DEADLINE).start();
        live.read_until(|output| output == test("a", Status::Success));
        signal(&live, name);
        assert_eq!(live.finish().code(), status, "{name}");
        let text = String::from_utf8(folder.read("report.xml")).expect("a report is UTF-8");
        assert!(text.contains("tests=\"1\" failures=\"0\" errors=\"0\""), "{text}");
        fs::remove_file(folder.path("report.xml")).expect("it is there");
    }
}

#[test]
fn a_writer_may_come_late() {
    let folder = Folder::new();
    folder.write("a", &test("a", Status::Success));
    folder.fifo("late");
    let command = folder.command(tool("subunit2junitxml"), &["-f", "-o", "report.xml", "a", "late"]);
    let mut live = Pipeline::new([command]).deadline(DEADLINE).start();
    live.read_until(|output| output == test("a", Status::Success));
    thread::sleep(Duration::from_millis(50));
    let mut late = File::options().write(true).open(folder.path("late")).expect("it is read");
    thread::sleep(Duration::from_millis(50));
    late.write_all(&test("b", Status::Success)).expect("it is read");
    drop(late);
    assert_eq!(live.finish().stdout, [test("a", Status::Success), test("b", Status::Success)].concat());
}

#[test]
fn a_kill_leaves_no_half_report() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("report.xml");
    fs::write(&path, "the last one").expect("there is room for a file");
    let mut live = Pipeline::new([command_to(&path, &["-f"])]).deadline(DEADLINE).start();
    live.write(&test("a", Status::Success));
    live.read_until(|output| output.ends_with(&test("a", Status::Success)));
    signal(&live, "-KILL");
    live.read_to_end();
    assert_eq!(fs::read(&path).expect("it is there"), b"the last one");
    assert_eq!(fs::read_dir(folder.path()).expect("it can be listed").count(), 1, "nothing lies beside it");
}

#[test]
fn a_report_that_cannot_be_written_is_trouble() {
    let full = Pipeline::new([tool("subunit2junitxml").command([""; 0])]).output(full_device()).run(&good_tests(1));
    assert_eq!(trouble("subunit2junitxml", &full), "standard output: No space left on device");
    let closed = Pipeline::new([tool("subunit2junitxml").command([""; 0])]).output(closed_pipe()).run(&good_tests(1));
    assert_eq!(closed.code(), 141);
    // Through a link: a tool that wrongly replaces what it should write to must not find a device
    // there.
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let link = folder.path().join("link");
    symlink("/dev/full", &link).expect("there is room for a link");
    let finished = run_to_end(command_to(&link, &[]), &good_tests(1));
    assert_eq!(trouble("subunit2junitxml", &finished), format!("{}: No space left on device", link.display()));
    let mut command = tool("subunit2junitxml").command([""; 0]);
    command.env("TMPDIR", "/proc/nonexistent");
    let finished = run_to_end(command, &stream(run(3000, 1)));
    let said = trouble("subunit2junitxml", &finished);
    assert!(said.starts_with("temporary file in /") && said.ends_with(": No such file or directory"), "{said}");
}

#[test]
fn bad_values_are_named() {
    for args in [["--suite-by", "workers"], ["--suite-by", "Tag"]] {
        let finished = run_to_end(tool("subunit2junitxml").command(args), b"");
        let line = trouble("subunit2junitxml", &finished);
        assert!(line.contains(args[0]) && line.contains(args[1]), "{line}");
    }
}

/// How much memory the tool takes for an input, which it forwards.
fn memory_for(args: &[&str], input: &[u8], path: &Path) -> usize {
    let mut live = Pipeline::new([command_to(path, &[&["-f"], args].concat())]).start();
    live.write(input);
    live.write(&test("marker", Status::Success));
    live.read_until(|output| output[output.len().saturating_sub(100)..].windows(6).any(|window| window == b"marker"));
    let most = peak_memory(live.process_ids()[0]);
    assert_eq!(live.finish().code(), 1, "a test failed");
    most
}

#[test]
fn memory_does_not_grow_with_the_tests() {
    const MOST: usize = 16 << 20;
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("report.xml");
    let input = stream(run(20_000, 3));
    for args in [&[][..], &["--suite-by", "tag"], &["--suite-by", "prefix"]] {
        let most = memory_for(args, &input, &path);
        assert!(most < MOST, "{most} bytes were used for {} and {args:?}", input.len());
    }
    let report = fs::read_to_string(&path).expect("there is a report");
    assert_eq!(report.matches("<testcase ").count(), 20_001);
}

#[test]
fn large_attachments_of_tests_in_flight_take_little_memory() {
    const MOST: usize = 24 << 20;
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("report.xml");
    let piece = "\u{1b}[31mred\u{1b}[0m <line>\n".repeat(20_000);
    let ids = ["a", "b", "c", "d"];
    let pieces =
        (0..32).map(|n| Event::test(ids[n % 4]).file("log", piece.as_bytes()).mime_type("text/plain;charset=utf8"));
    let input = stream(pieces.chain(ids.map(|id| ends(id, Status::Fail))));
    let most = memory_for(&[], &input, &path);
    assert!(most < MOST, "{most} bytes were used for {}", input.len());
    let report = fs::read_to_string(&path).expect("there is a report");
    let logs: Vec<&str> = report.split("log: {{{\n").skip(1).filter_map(|rest| rest.split("}}}").next()).collect();
    assert!(
        logs.iter().all(|log| *log == "red &lt;line&gt;\n".repeat(8 * 20_000)) && logs.len() == 4,
        "they are whole"
    );
}
