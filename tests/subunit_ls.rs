//! subunit-ls.

use std::fmt::Write;
use std::fs;

use serde_json::{Value, json};
use subunit_codec::{Event, PARSER_TEST_ID, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::Pipeline;
use testkit::stream::{at, good_tests, packet, stream, test, with_flip};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::tool::{DEADLINE, assert_silent, peak_memory, read_data, trouble};

fn run(args: &[&str], input: &[u8]) -> Finished {
    run_to_end(tool("subunit-ls").command(args), input)
}

fn ls(args: &[&str], input: &[u8]) -> Finished {
    let finished = run(args, input);
    assert_silent("subunit-ls", &finished);
    finished
}

fn objects(args: &[&str], input: &[u8]) -> Vec<Value> {
    let finished = ls(&[&["--json"], args].concat(), input);
    finished.text().lines().map(|line| serde_json::from_str(line).expect("each line is an object")).collect()
}

fn begin(id: &str) -> Event<'_> {
    Event::test(id).status(Status::InProgress)
}

#[test]
fn the_recorded_run_is_listed_as_its_text_tells_it() {
    let text = read_data("testr-run");
    let mut expected = String::new();
    let (mut now, mut start, mut running) = (0.0, 0.0, "");
    for line in std::str::from_utf8(&text).expect("the data is UTF-8").lines() {
        if let Some(time) = line.strip_prefix("time: 2026-11-21 02:34:").and_then(|time| time.strip_suffix('Z')) {
            now = time.parse().expect("all of the run is in one minute");
        } else if let Some(id) = line.strip_prefix("test: ") {
            (running, start) = (id, now);
        } else if line.ends_with(&format!(": {running} [ multipart")) {
            writeln!(expected, "{running} {:.3}", f64::max(now - start, 0.0)).expect("a string takes any text");
        }
    }
    let finished = ls(&["--times"], &text);
    for (line, expected) in finished.text().lines().zip(expected.lines()) {
        assert_eq!(line, expected);
    }
    assert_eq!(finished.text().lines().count(), 1355);
    assert_eq!(finished.code(), 1, "four tests failed");
}

#[test]
fn what_did_not_pass_in_the_recorded_run_is_listed_as_recorded() {
    let run = read_data("testr-run.subunit");
    let status = "--status=fail,skip,xfail";
    let listed = String::from_utf8(read_data("testr-run.not-passed")).expect("the data is UTF-8");
    assert_eq!(ls(&["--times", status], &run).text(), listed);
    let listed = String::from_utf8(read_data("testr-run.not-passed.json")).expect("the data is UTF-8");
    assert_eq!(ls(&["--json", status], &run).text(), listed);
}

#[test]
fn tests_are_listed_as_they_finish_and_unfinished_ones_last() {
    let events = [
        begin("hung-first"),
        begin("slow"),
        begin("quick"),
        Event::test("quick").status(Status::Success),
        begin("hung-second"),
        Event::test("slow").status(Status::Skip),
    ];
    let finished = ls(&[], &stream(events));
    assert_eq!(finished.text(), "quick\nslow\nhung-first\nhung-second\n");
    assert_eq!(finished.code(), 1, "tests never finished");
}

#[test]
fn status_1_says_that_something_failed() {
    for (status, code) in [
        (Status::Exists, 0),
        (Status::InProgress, 1),
        (Status::Success, 0),
        (Status::UnexpectedSuccess, 1),
        (Status::Skip, 0),
        (Status::Fail, 1),
        (Status::ExpectedFailure, 0),
    ] {
        let input = [good_tests(2), packet(&Event::test("a").status(status)), good_tests(1)].concat();
        assert_eq!(ls(&[], &input).code(), code, "{status}");
        assert_eq!(ls(&["--status", "success", "--no-passthrough"], &input).code(), code, "{status}, listed or not");
    }
}

#[test]
fn a_torn_stream_is_no_passing_one() {
    let mut input = good_tests(1);
    input.truncate(input.len() - 3);
    let finished = ls(&["--no-passthrough"], &input);
    let lines: Vec<&str> = finished.text().lines().collect();
    assert!(matches!(lines[..], [damage, "good-0"] if damage.starts_with(PARSER_TEST_ID)), "{lines:?}");
    assert_eq!(finished.code(), 1, "the test that lost its end is unfinished");
}

#[test]
fn tests_that_exist_are_listed_on_request() {
    let input = [packet(&Event::test("there").status(Status::Exists)), test("ran", Status::Success)].concat();
    assert_eq!(ls(&[], &input).text(), "ran\n");
    assert_eq!(ls(&["--exists"], &input).text(), "there\nran\n");
    assert_eq!(ls(&["--exists", "--times"], &input).text(), "there 0.000\nran 0.000\n");
    assert_eq!(ls(&["--status=exists"], &input).text(), "there\n");
}

#[test]
fn times_have_three_decimals() {
    let timed = |id: &'static str, (start, from), (stop, to)| {
        [begin(id).at(at(start, from)), Event::test(id).status(Status::Success).at(at(stop, to))]
    };
    let events = [
        timed("short", (5, 1_499_999), (5, 2_999_998)),
        timed("long", (5, 0), (86_405, 250_000_000)),
        timed("backwards", (5, 0), (3, 500_000_000)),
    ];
    let finished = ls(&["--times"], &stream(events.into_iter().flatten()));
    assert_eq!(finished.text(), "short 0.001\nlong 86400.250\nbackwards -1.500\n");
}

#[test]
fn a_test_without_start_or_without_times_took_no_time() {
    let events = [
        Event::test("no-start").status(Status::Success).at(at(100, 0)),
        begin("untimed"),
        Event::test("untimed").status(Status::Success),
        begin("hung").at(at(7, 0)),
    ];
    let finished = ls(&["--times"], &stream(events));
    assert_eq!(finished.text(), "no-start 0.000\nuntimed 0.000\nhung 0.000\n");
}

#[test]
fn attachments_do_not_change_when_a_test_began() {
    let events = [
        begin("a").at(at(10, 0)),
        Event::test("a").file("log", &b"half way"[..]).at(at(15, 0)),
        Event::test("a").status(Status::Fail).at(at(20, 0)),
    ];
    assert_eq!(ls(&["--times"], &stream(events)).text(), "a 10.000\n");
}

#[test]
fn one_id_on_two_routes_is_two_tests() {
    let events = [
        begin("a").at(at(10, 0)).route_code("0"),
        begin("a").at(at(14, 0)).route_code("1"),
        Event::test("a").status(Status::Success).at(at(15, 0)).route_code("1"),
        Event::test("a").status(Status::Success).at(at(18, 0)).route_code("0"),
    ];
    assert_eq!(ls(&["--times"], &stream(events)).text(), "a 1.000\na 8.000\n");
}

#[test]
fn a_late_attachment_makes_no_second_test() {
    let late = packet(&Event::test("a").file("log", &b"late"[..]).eof());
    let finished = ls(&[], &[test("a", Status::Success), late].concat());
    assert_eq!((finished.text(), finished.code()), ("a\n", 0));
}

#[test]
fn attachments_alone_make_no_test() {
    let finished = run(&["--fail-on-empty"], &packet(&Event::test("a").file("log", &b"alone"[..]).eof()));
    assert_eq!((finished.text(), finished.code()), ("", 1));
    assert_eq!(finished.stderr[0], NO_TEST);
}

#[test]
fn attachments_in_a_charset_that_they_break_are_no_trouble() {
    for mime_type in ["text/plain;charset=utf8", "text/plain;charset=nosuch", "text/plain; charset", "/"] {
        let failure =
            Event::test("a").status(Status::Fail).file("traceback", &b"bad \xff"[..]).mime_type(mime_type).eof();
        let input = [test("before", Status::Success), packet(&failure), test("after", Status::Success)].concat();
        assert_eq!(ls(&[], &input).text(), "before\na\nafter\n", "{mime_type}");
    }
}

#[test]
fn a_newline_in_an_id_does_not_end_its_line() {
    let input = test("two\nlines", Status::Success);
    assert_eq!(ls(&[], &input).text(), "two\\nlines\n");
    assert_eq!(ls(&["-0"], &input).text(), "two\nlines\0");
}

#[test]
fn nul_ends_ids_instead_of_newline() {
    let input = [b"text\n".to_vec(), test("a", Status::Success), test("b", Status::Skip)].concat();
    assert_eq!(ls(&["-0"], &input).text(), "a\0b\0", "text would read as an id");
    assert_eq!(ls(&["--null", "--times"], &input).text(), "a 0.000\0b 0.000\0");
    assert!(ls(&["-0", "--json"], &input).text().starts_with("{\"id\":\"a\","));
    assert_eq!(ls(&["-0", "--json"], &input).text().matches("}\0").count(), 2);
}

#[test]
fn any_id_makes_the_way_through_a_list_to_the_filter() {
    let ids = ["plain", "two\nlines", "with # hash", " spaces ", "tab\tand\r", "#", "é", "-x", "a b", "\\n"];
    let input: Vec<u8> = ids.iter().flat_map(|id| test(id, Status::Success)).collect();
    let all = [input.clone(), test("other", Status::Success), test("two", Status::Success)].concat();
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let list = folder.path().join("ids");
    fs::write(&list, ls(&["-0"], &input).stdout).expect("there is room for a file");
    let mut filter = tool("subunit-filter").command(["--success", "--load-list"]);
    filter.arg(&list);
    assert!(run_to_end(filter, &all).stdout == input, "the tests listed and no others");
}

#[test]
fn only_the_outcomes_asked_for_are_listed() {
    let input: Vec<u8> =
        Status::ALL.iter().flat_map(|status| packet(&Event::test(status.name()).status(*status))).collect();
    assert_eq!(ls(&[], &input).text(), "success\nuxsuccess\nskip\nfail\nxfail\ninprogress\n");
    assert_eq!(ls(&["--status", "fail,uxsuccess"], &input).text(), "uxsuccess\nfail\n");
    assert_eq!(ls(&["--status", "inprogress"], &input).text(), "inprogress\n");
    assert_eq!(ls(&["--status", "skip", "--status", "xfail"], &input).text(), "skip\nxfail\n");
    assert_eq!(ls(&["--status", "exists,success"], &input).text(), "exists\nsuccess\n");
}

#[test]
fn an_outcome_that_does_not_exist_is_refused_with_those_that_do() {
    let finished = run_to_end(tool("subunit-ls").command(["--status", "fail,passed"]), b"");
    let line = trouble("subunit-ls", &finished);
    assert!(line.contains("'passed'") && line.contains("uxsuccess"), "{line}");
}

#[test]
fn json_has_all_that_is_known_of_a_test() {
    let events = [
        begin("a\n\"é\"").at(at(1_402_218_551, 0)).tags(["old"]).route_code("0/3"),
        Event::test("a\n\"é\"").file("log", &b"1234"[..]).mime_type("text/plain").route_code("0/3"),
        Event::test("a\n\"é\"").file("shot", &b""[..]).eof().route_code("0/3"),
        Event::test("a\n\"é\"").file("log", &b"56"[..]).eof().route_code("0/3"),
        Event::test("a\n\"é\"")
            .status(Status::ExpectedFailure)
            .at(at(1_402_218_553, 250_000_000))
            .tags(["worker-0", "slow"])
            .route_code("0/3")
            .not_runnable(),
        begin("b"),
    ];
    let expected = [
        json!({
            "id": "a\n\"é\"",
            "status": "xfail",
            "tags": ["worker-0", "slow"],
            "route_code": "0/3",
            "start": "2014-06-08T09:09:11Z",
            "stop": "2014-06-08T09:09:13.250Z",
            "duration": 2.25,
            "runnable": false,
            "attachments": [
                {"name": "log", "mime_type": "text/plain", "size": 6},
                {"name": "shot", "mime_type": null, "size": 0},
            ],
        }),
        json!({
            "id": "b",
            "status": "inprogress",
            "tags": [],
            "route_code": null,
            "start": null,
            "stop": null,
            "duration": null,
            "runnable": true,
            "attachments": [],
        }),
    ];
    assert_eq!(objects(&[], &stream(events)), expected);
}

#[test]
fn json_has_objects_and_nothing_else() {
    let input = [b"building\n".to_vec(), test("a", Status::Success), b"done".to_vec()].concat();
    assert_eq!(objects(&[], &input).len(), 1);
}

#[test]
fn json_tells_of_damage_as_of_any_failure() {
    let mut input = good_tests(1);
    input.truncate(input.len() - 3);
    let objects = objects(&["--status", "fail"], &input);
    assert_eq!(objects.len(), 1);
    assert_eq!(objects[0]["id"], PARSER_TEST_ID);
    assert_eq!(objects[0]["attachments"][0]["name"], "Packet data");
    assert_eq!(objects[0]["attachments"][1]["name"], "Parser Error");
}

#[test]
fn text_and_files_of_the_whole_run_are_printed_where_they_stand() {
    let file = packet(&Event::global_file("setup.log", &b"from a file\n"[..]));
    let input = [b"before\n".to_vec(), test("a", Status::Success), file, b"after".to_vec()].concat();
    assert_eq!(ls(&[], &input).text(), "before\na\nfrom a file\nafter");
    assert_eq!(ls(&["--no-passthrough"], &input).text(), "a\n");
}

/// A packet whose checksum is wrong.
fn broken() -> Vec<u8> {
    with_flip(packet(&Event::test("a").status(Status::Success)), 6, 1)
}

/// What the tool says of input without a test if it is asked to fail then.
const NO_TEST: &str = "subunit-ls: no test in the input, and --fail-on-empty is given\n";

#[test]
fn a_stream_without_a_test_fails_on_request_and_says_so() {
    for input in [&b""[..], b"progress: 3\n", &packet(&Event::global_file("log", &b"text\n"[..]))] {
        assert_eq!(ls(&["--no-passthrough"], input).code(), 0);
        let finished = run(&["--fail-on-empty", "--no-passthrough"], input);
        assert_eq!((finished.text(), finished.code()), ("", 1));
        assert_eq!(finished.stderr[0], NO_TEST);
    }
    assert_eq!(ls(&["--fail-on-empty"], &test("a", Status::Success)).code(), 0);
    let hidden = ls(&["--fail-on-empty", "--status=skip"], &test("a", Status::Success));
    assert_eq!((hidden.text(), hidden.code()), ("", 0), "a test that is not listed is a test");
    let foreign = run(&["--fail-on-empty"], b"text\n");
    assert_eq!(foreign.stderr[0], "subunit-ls: standard input: not a subunit stream\n", "one reason is enough");
}

#[test]
fn a_long_line_has_status_duration_worker_and_id_in_columns() {
    let timed = |id: &'static str, status, start, stop| {
        [begin(id).at(at(start, 0)), Event::test(id).status(status).at(at(stop, 0))]
    };
    let events = [
        timed("m.C.ok", Status::Success, 1, 3).map(|event| event.tags(["slow", "worker-0"])).to_vec(),
        timed("m.C.bad", Status::Fail, 1, 4).map(|event| event.tags(["worker-1"]).route_code("web")).to_vec(),
        timed("two\nlines", Status::Skip, 5, 4).map(|event| event.route_code("w\u{1b}[2J")).to_vec(),
        vec![begin("m.C.hang").at(at(1, 0))],
    ];
    let input = [stream(events.concat()), broken()].concat();
    let expected = format!(
        "\
success          2.000  worker-0         m.C.ok
fail             3.000  web/worker-1     m.C.bad
skip                 -  w\\x1b[2J         two\\nlines
fail                 -  -                subunit.parser (offset {}: checksum is wrong)
inprogress           -  -                m.C.hang
",
        input.len() - broken().len()
    );
    assert_eq!(ls(&["-l"], &input).text(), expected);
    assert_eq!(ls(&["--long", "--times"], &input).text(), expected, "the times are there already");
    assert_eq!(
        ls(&["-l0"], &input).text().split('\0').nth(2),
        Some("skip                 -  w\\x1b[2J         two\nlines")
    );
    assert_eq!(
        ls(&["-l", "--status", "inprogress"], &input).text(),
        expected.lines().last().expect("it hangs").to_owned() + "\n"
    );
    let exists = packet(&Event::test("there").status(Status::Exists));
    assert_eq!(ls(&["-l"], &exists).text(), "");
    assert_eq!(ls(&["-l", "--exists"], &exists).text(), "exists               -  -                there\n");
}

#[test]
fn damage_says_where_and_what_to_people() {
    let input = [test("ok", Status::Success), broken()].concat();
    let bare = format!("{PARSER_TEST_ID}\n");
    let place = input.len() - broken().len();
    let told = format!("{PARSER_TEST_ID} (offset {place}: checksum is wrong)");
    let reported = run_to_end(tool("subunit-filter").command(["-s"]), &input).stdout;
    for input in [&input, &reported] {
        let lines = |args: &[&str]| ls(args, input).text().lines().map(str::to_owned).collect::<Vec<_>>();
        assert!(lines(&[]).contains(&told), "{:?}", lines(&[]));
        assert!(lines(&["--times"]).contains(&format!("{told} 0.000")), "the time is the last word");
        assert!(lines(&["-l"]).contains(&format!("fail                 -  -                {told}")));
        assert_eq!(ls(&["--status=fail"], input).text(), bare, "a list of ids holds ids");
        assert!(ls(&["-0"], input).text().split('\0').any(|id| id == PARSER_TEST_ID));
    }
    let foreign = Event::test(PARSER_TEST_ID).status(Status::Fail);
    let foreign = foreign.file("Parser Error", &b"Bad checksum \x1b[2J\nmore"[..]).eof();
    let input = [packet(&foreign), packet(&Event::test(PARSER_TEST_ID).status(Status::Fail))].concat();
    assert_eq!(ls(&[], &input).text(), "subunit.parser (Bad checksum \\x1b[2J)\nsubunit.parser\n", "in others' words");
}

#[test]
fn an_answer_holds_no_text() {
    let file = packet(&Event::global_file("stdout", &b"wrapped\n"[..]));
    let input =
        [b"hello\n".to_vec(), test("a", Status::Fail), file, b"half".to_vec(), test("b", Status::Fail)].concat();
    assert_eq!(ls(&["--status", "fail"], &input).text(), "a\nb\n");
    assert_eq!(ls(&["--status", "skip"], &input).text(), "");
    assert_eq!(ls(&["-0"], &input).text(), "a\0b\0");
    assert_eq!(objects(&[], &input).len(), 2);
    assert_eq!(ls(&["-l"], &input).text().lines().next(), Some("hello"), "a list for people shows it");
}

#[test]
fn a_line_never_continues_an_unfinished_line_of_text() {
    let wrapped = packet(&Event::global_file("stdout", &b"half"[..]));
    for (text, shown) in [(&b"half"[..], "half\n"), (b"whole\n", "whole\n"), (b"\r", "\r\n"), (&wrapped, "half\n")] {
        let input = [text, &test("a", Status::Success), text, &test("b", Status::Success)].concat();
        assert_eq!(ls(&[], &input).text(), format!("{shown}a\n{shown}b\n"));
    }
    assert_eq!(ls(&[], b"test: a\nsuccess: a\nhalf").text(), "a\nhalf", "text alone is left as it is");
}

#[test]
fn details_are_the_texts_of_attachments() {
    let file = |name: &'static str, mime_type: &'static str, bytes: &'static [u8]| {
        packet(&Event::test("a").file(name, bytes).mime_type(mime_type).eof())
    };
    let input = [
        file("traceback", "text/x-traceback;charset=latin-1", b"caf\xe9\n"),
        file("shot", "image/png", b"\x89PNG"),
        file("traceback", "text/plain", b"second"),
        packet(&Event::test("a").file("stdout", &b"no type"[..]).eof()),
        test("a", Status::Fail),
    ]
    .concat();
    let details = |args: &[&str]| objects(args, &input)[0].get("details").cloned();
    let all = json!({"traceback": "café\n", "traceback-1": "second", "stdout": "no type"});
    assert_eq!(details(&["--details"]), Some(all.clone()));
    assert_eq!(details(&["--details=100"]), Some(all));
    let cut = json!({
        "traceback": "caf\n[... 2 more bytes]",
        "traceback-1": "sec\n[... 3 more bytes]",
        "stdout": "no \n[... 4 more bytes]",
    });
    assert_eq!(details(&["--details=3"]), Some(cut));
    assert_eq!(details(&[]), None);
    assert_eq!(objects(&["--details=3"], &input)[0]["attachments"][1]["size"], json!(4), "the rest stays");

    let folder = Folder::new();
    folder.write("3", &input);
    let finished = run_to_end(folder.command(tool("subunit-ls"), &["--json", "--details", "3"]), b"");
    assert!(finished.text().contains("café"), "a value comes after = only");
    let long =
        packet(&Event::test("a").file("log", vec![b'x'; 5000]).mime_type("text/plain").eof().status(Status::Fail));
    let text = objects(&["--details"], &long)[0]["details"]["log"].as_str().map(str::len);
    assert_eq!(text, Some(4096 + "\n[... 904 more bytes]".len()));
}

#[test]
fn bad_values_are_refused_with_the_reason_and_a_suggestion() {
    for (args, line) in [
        (&["--details"][..], "the following required arguments were not provided: --json; see --help"),
        (&["--json", "--details=x"], "invalid value 'x' for '--details[=<BYTES>]': not a whole number; see --help"),
        (&["--json", "--details=-1"], "invalid value '-1' for '--details[=<BYTES>]': not a whole number; see --help"),
        (
            &["--status", "failed"],
            "invalid value 'failed' for '--status <LIST>' [possible values: exists, inprogress, success, uxsuccess, \
             skip, fail, xfail]; a similar value exists: 'fail'",
        ),
        (&["--tiems"], "unexpected argument '--tiems' found; a similar argument exists: '--times'"),
        (&["--xyzzy"], "unexpected argument '--xyzzy' found; see --help"),
        (&[""], "'': No such file or directory"),
    ] {
        assert_eq!(trouble("subunit-ls", &run(args, b"")), line);
    }
}

#[test]
fn a_test_is_listed_before_the_next_one_begins() {
    let mut live = Pipeline::new([tool("subunit-ls").command(["--json"])]).deadline(DEADLINE).start();
    for round in 0..3 {
        live.write(&test(&format!("t{round}"), Status::Success));
        live.read_until(|output| {
            String::from_utf8_lossy(output).lines().count() == round + 1 && output.ends_with(b"\n")
        });
    }
    assert_eq!(live.finish().code(), 0);
}

#[test]
fn packets_with_numbers_of_odd_widths_and_bytes_at_the_end_are_read() {
    let odd = testkit::stream::raw_with_length(0x2903, &[0x80, 0x00, 0x11], b"\x40\x03foo??");
    let finished = ls(&[], &odd);
    assert_eq!((finished.text(), finished.code()), ("foo\n", 0));
}

#[test]
fn a_test_that_did_not_finish_is_listed_before_trouble_with_the_next_file() {
    let folder = Folder::new();
    folder.write("run", &packet(&Event::test("a").status(Status::InProgress)));
    let finished = run_to_end(folder.command(tool("subunit-ls"), &["run", "/usr"]), b"");
    assert_eq!(trouble("subunit-ls", &finished), "/usr: Is a directory");
    assert_eq!(finished.text(), "a\n");
}

#[test]
fn details_keep_no_more_of_an_attachment_than_they_show() {
    const MOST: usize = 16 << 20;
    let piece = packet(&Event::test("a").file("log", vec![b'x'; 1 << 20]).mime_type("text/plain"));
    let mut live = Pipeline::new([tool("subunit-ls").command(["--json", "--details"])]).deadline(DEADLINE).start();
    for _ in 0..40 {
        live.write(&piece);
    }
    live.write(&[test("marker", Status::Success), packet(&Event::test("a").status(Status::Fail))].concat());
    live.read_until(|output| output.ends_with(b"\"}}\n"));
    let most = peak_memory(live.process_ids()[0]);
    assert!(most < MOST, "{most} bytes were used for an attachment of 40 MiB");
    let finished = live.finish();
    assert!(finished.text().contains("[... 41938944 more bytes]"), "{}", finished.text().len());
}
