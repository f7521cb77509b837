//! subunit2csv.

use std::fs;

use subunit_codec::{Event, PARSER_TEST_ID, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::Pipeline;
use testkit::stream::{at, packet, run, stream, test, with_flip};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::tool::{DEADLINE, assert_silent, peak_memory, trouble};

fn csv(args: &[&str], input: &[u8]) -> Finished {
    let finished = run_to_end(tool("subunit2csv").command(args), input);
    assert_silent("subunit2csv", &finished);
    finished
}

/// The rows below the first one, for these columns.
fn rows(columns: &str, input: &[u8]) -> String {
    let finished = csv(&["--columns", columns], input);
    let (head, rows) = finished.text().split_once("\r\n").expect("there is a first row");
    assert_eq!(head, columns);
    rows.to_owned()
}

/// A test that began and ended then, in seconds and nanoseconds.
fn timed(id: &str, status: Status, start: (u32, u32), stop: (u32, u32)) -> Vec<u8> {
    let begin = Event::test(id).status(Status::InProgress).at(at(start.0, start.1));
    stream([begin, Event::test(id).status(status).at(at(stop.0, stop.1))])
}

#[test]
fn tests_are_rows_as_they_end() {
    let input = [
        packet(&Event::test("there").status(Status::Exists)),
        packet(&Event::test("hangs").status(Status::InProgress).at(at(999, 0))),
        timed("a", Status::Success, (1000, 0), (1002, 0)),
        timed("b", Status::Fail, (1000, 0), (1001, 500_000_000)),
        timed("s", Status::Skip, (1000, 5_000), (1001, 0)),
        timed("x", Status::ExpectedFailure, (1000, 0), (1001, 0)),
        timed("u", Status::UnexpectedSuccess, (1000, 0), (1001, 0)),
        packet(&Event::test("untimed").status(Status::Success)),
    ]
    .concat();
    let finished = csv(&[], &input);
    assert_eq!(
        finished.text(),
        "test,status,start_time,stop_time\r\n\
         a,success,1970-01-01 00:16:40+00:00,1970-01-01 00:16:42+00:00\r\n\
         b,failure,1970-01-01 00:16:40+00:00,1970-01-01 00:16:41.500000+00:00\r\n\
         s,skip,1970-01-01 00:16:40.000005+00:00,1970-01-01 00:16:41+00:00\r\n\
         x,xfail,1970-01-01 00:16:40+00:00,1970-01-01 00:16:41+00:00\r\n\
         u,uxsuccess,1970-01-01 00:16:40+00:00,1970-01-01 00:16:41+00:00\r\n\
         untimed,success,,\r\n\
         hangs,failure,1970-01-01 00:16:39+00:00,\r\n"
    );
    assert_eq!(finished.code(), 1);
    assert_eq!(csv(&[], b"").text(), "test,status,start_time,stop_time\r\n");
}

#[test]
fn columns_are_those_that_were_asked_for_in_that_order() {
    let event = Event::test("a").tags(["slow", "worker-1"]).route_code("web");
    let events = [
        event.clone().status(Status::InProgress).at(at(1, 0)),
        event.clone().file("reason", &b"no caf\xe9\nhere"[..]).mime_type("text/plain; charset=latin-1").eof(),
        Event { runnable: false, ..event.status(Status::Skip).at(at(2, 250_000_000)) },
    ];
    let input = [stream(events), test("b", Status::Fail)].concat();
    assert_eq!(
        rows("runnable,worker,route_code,tags,duration,status,test,reason", &input),
        "false,web/worker-1,web,slow worker-1,1.25,skip,a,\"no café\nhere\"\r\ntrue,,,,,failure,b,\r\n"
    );
    let backwards = timed("a", Status::Success, (2, 0), (1, 0));
    assert_eq!(rows("test,duration,test", &backwards), "a,,a\r\n", "a clock that stepped back tells nothing");
    let long = Event::test("a").status(Status::Skip).file("reason", vec![b'x'; 5000]).mime_type("text/plain").eof();
    let expected = format!("\"{}\n[... 904 more bytes]\"\r\n", "x".repeat(4096));
    assert_eq!(rows("reason", &packet(&long)), expected);

    let finished = run_to_end(tool("subunit2csv").command(["--columns", "test,time"]), b"");
    let line = trouble("subunit2csv", &finished);
    assert!(line.starts_with("invalid value 'time' for '--columns <LIST>' [possible values: test, status, "), "{line}");
}

#[test]
fn ids_are_quoted_and_not_escaped() {
    let ids = ["a,b", "say \"a\"", "two\nlines", "\r", "\u{1b}[2J", " blanks ", "=1+1", "-1", "@a", "+a", "\ta"];
    let input = ids.map(|id| test(id, Status::Success)).concat();
    let expected = "\"a,b\"\r\n\"say \"\"a\"\"\"\r\n\"two\nlines\"\r\n\"\r\"\r\n\u{1b}[2J\r\n blanks \r\n";
    assert_eq!(rows("test", &input), format!("{expected}=1+1\r\n-1\r\n@a\r\n+a\r\n\ta\r\n"));
    assert_eq!(
        csv(&["--columns=test", "--spreadsheet"], &input).text(),
        format!("test\r\n{}'=1+1\r\n'-1\r\n'@a\r\n'+a\r\n'\ta\r\n", expected.replace("\"\r\"", "\"'\r\"")),
        "a spreadsheet does not compute them"
    );
}

#[test]
fn damage_is_a_failed_test() {
    let log = packet(&Event::test("a").status(Status::Success).file("log", vec![b'x'; 200]).eof());
    let finished = csv(&["--columns", "test,status", "--no-passthrough"], &with_flip(log, 100, 1));
    assert_eq!(finished.text(), format!("test,status\r\n{PARSER_TEST_ID},failure\r\n"));
    assert_eq!(finished.code(), 1);
}

#[test]
fn text_is_printed_between_rows_and_beside_a_file() {
    let wrapped = packet(&Event::global_file("log", &b"half"[..]));
    let input = [&b"text\n"[..], &test("a", Status::Success), &wrapped, &test("b", Status::Success)].concat();
    assert_eq!(csv(&["--columns=test"], &input).text(), "test\r\ntext\na\r\nhalf\nb\r\n");
    assert_eq!(rows("test", &[]), "");
    assert_eq!(csv(&["--columns=test", "--no-passthrough"], &input).text(), "test\r\na\r\nb\r\n");

    let folder = Folder::new();
    let finished = run_to_end(folder.command(tool("subunit2csv"), &["--columns=test", "-o", "r.csv"]), &input);
    assert_eq!((finished.text(), folder.read("r.csv")), ("text\nhalf", b"test\r\na\r\nb\r\n".to_vec()));

    let finished = run_to_end(folder.command(tool("subunit2csv"), &["-f"]), &input);
    assert!(trouble("subunit2csv", &finished).contains("--output-to"), "packets and rows are not mixed");
}

#[test]
fn a_stream_without_a_test_fails_on_request() {
    let input = packet(&Event::test("there").status(Status::Exists));
    assert_eq!(csv(&[], &input).code(), 0);
    let finished = run_to_end(tool("subunit2csv").command(["--fail-on-empty"]), &input);
    assert_eq!(finished.code(), 1);
    assert_eq!(finished.stderr[0], "subunit2csv: no test in the input, and --fail-on-empty is given\n");
}

#[test]
fn a_test_that_did_not_finish_is_a_row_before_trouble_with_the_next_file() {
    let folder = Folder::new();
    folder.write("run", &packet(&Event::test("a").status(Status::InProgress)));
    let finished = run_to_end(folder.command(tool("subunit2csv"), &["--columns=test", "run", "/usr"]), b"");
    assert_eq!(trouble("subunit2csv", &finished), "/usr: Is a directory");
    assert_eq!(finished.text(), "test\r\na\r\n");
    let finished = run_to_end(folder.command(tool("subunit2csv"), &["-o", "r.csv", "run", "/usr"]), b"");
    assert_eq!(trouble("subunit2csv", &finished), "/usr: Is a directory");
    assert!(!folder.path("r.csv").exists(), "a report is complete or absent");
}

#[test]
fn a_long_report_is_not_kept_in_memory() {
    const MOST: usize = 16 << 20;
    let folder = Folder::new();
    let input = stream(run(70_000, 3));
    let rows = csv(&["--no-passthrough"], &input).stdout;
    let args = ["-f", "-o", "r.csv", "--no-passthrough"];
    let mut live = Pipeline::new([folder.command(tool("subunit2csv"), &args)]).deadline(DEADLINE).start();
    live.write(&input);
    live.write(&test("marker", Status::Success));
    live.read_until(|output| output.ends_with(&test("marker", Status::Success)));
    let most = peak_memory(live.process_ids()[0]);
    assert!(most < MOST, "{most} bytes were used");
    assert_eq!(live.finish().code(), 1);
    let report = fs::read(folder.path("r.csv")).expect("there is a report");
    assert!(report.starts_with(&rows) && report.ends_with(b"\r\nmarker,success,,\r\n"), "all rows are there");
}
