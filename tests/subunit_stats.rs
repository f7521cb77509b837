//! subunit-stats.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use subunit_codec::{Event, PARSER_TEST_ID, Status};
use tempfile::TempDir;
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::{Pipeline, closed_pipe};
use testkit::stream::{at, good_tests, packet, run, stream, test, with_flip};

use crate::every_tool::tool;
use crate::printed;
use crate::tool::{DEADLINE, assert_silent, full_device, peak_memory, read_data, trouble};

fn stats(args: &[&str], input: &[u8]) -> Finished {
    let finished = run_to_end(tool("subunit-stats").command(args), input);
    assert_silent("subunit-stats", &finished);
    finished
}

fn object(args: &[&str], input: &[u8]) -> Value {
    let finished = stats(&[&["--json"], args].concat(), input);
    assert_eq!(finished.text().matches('\n').count(), 1, "an object on a line");
    serde_json::from_str(finished.text()).expect("it is JSON")
}

/// The command that reports to a file.
fn command_to(path: &Path, args: &[&str]) -> Command {
    let mut command = tool("subunit-stats").command(args);
    command.arg("-o").arg(path);
    command
}

/// A link to a device, in a folder of its own. Tests report to devices through links alone: a tool
/// that wrongly replaces what it should write to must not find a device there when root runs the
/// tests.
fn link_to(device: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let link = folder.path().join("link");
    symlink(device, &link).expect("there is room for a link");
    (folder, link)
}

/// What the tool reports to a file, and how it ends.
fn reported(args: &[&str], input: &[u8]) -> (String, Finished) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("report");
    let finished = run_to_end(command_to(&path, args), input);
    (fs::read_to_string(path).expect("there is a report"), finished)
}

/// A test that began and ended then, in seconds.
fn timed(id: &str, start: u32, stop: u32) -> [Event<'_>; 2] {
    [
        Event::test(id).status(Status::InProgress).at(at(start, 0)),
        Event::test(id).status(Status::Success).at(at(stop, 0)),
    ]
}

fn tagged<'a>(tags: &[&'a str], events: [Event<'a>; 2]) -> [Event<'a>; 2] {
    events.map(|event| event.tags(tags.iter().copied()))
}

/// Every kind of thing on which python-subunit and this tool agree.
fn agreed() -> Vec<u8> {
    let ends = |id: &'static str, status| Event::test(id).status(status);
    [
        b"building\n".to_vec(),
        stream([
            ends("a", Status::InProgress).tags(["gone", "worker-0"]),
            ends("a", Status::Success).tags(["é", "worker-10", "Z", "worker-2", "b c", "日本"]),
            ends("there", Status::Exists).tags(["exists"]),
            ends("x", Status::ExpectedFailure),
            ends("s", Status::Skip).tags(["worker-2"]),
            ends("s", Status::Fail),
            Event::global_file("log", &b"of the run\n"[..]),
            ends("hung", Status::InProgress).tags(["hung"]),
        ]),
        b"half a line".to_vec(),
    ]
    .concat()
}

#[test]
fn the_recorded_run_is_reported_as_python_subunit_reports_it() {
    let expected = String::from_utf8(read_data("testr-run.stats")).expect("the data is UTF-8");
    for name in ["testr-run", "testr-run.subunit"] {
        let finished = stats(&[], &read_data(name));
        assert_eq!((finished.text(), finished.code()), (&*expected, 1), "{name}");
    }
}

#[test]
fn a_report_is_that_of_python_subunit_byte_for_byte() {
    // As recorded from python-subunit 1.4.6, but for the newline before the report.
    let expected = "building\nof the run\nhalf a line\nTotal tests:       5\nPassed tests:      2\nFailed tests:      2\n\
         Skipped tests:     1\nSeen tags: Z, b c, hung, worker-10, worker-2, é, 日本\n";
    let finished = stats(&[], &agreed());
    assert_eq!((finished.text(), finished.code()), (expected, 1));

    let empty = "Total tests:       0\nPassed tests:      0\nFailed tests:      0\nSkipped tests:     0\nSeen tags: \n";
    let finished = stats(&[], b"");
    assert_eq!((finished.text(), finished.code()), (empty, 0));

    let finished = stats(&[], &good_tests(123_456));
    let first = finished.text().lines().next();
    assert_eq!(first, Some("Total tests:   123456"), "a number of more than five digits takes its room");
}

#[test]
fn status_1_says_that_something_failed() {
    for (status, total, failed) in [
        (Status::Exists, 3, 0),
        (Status::InProgress, 4, 1),
        (Status::Success, 4, 0),
        (Status::UnexpectedSuccess, 4, 1),
        (Status::Skip, 4, 0),
        (Status::Fail, 4, 1),
        (Status::ExpectedFailure, 4, 0),
    ] {
        let input = [good_tests(2), packet(&Event::test("a").status(status)), good_tests(1)].concat();
        assert_eq!(stats(&[], &input).code(), failed, "{status}");
        let object = object(&[], &input);
        assert_eq!((&object["total"], &object["failed"]), (&json!(total), &json!(failed)), "{status}");
    }
}

#[test]
fn a_stream_without_a_test_that_ran_fails_on_request_and_says_so() {
    let exists = packet(&Event::test("there").status(Status::Exists));
    for input in [&b""[..], b"progress: 3\n", &exists] {
        assert_eq!(stats(&[], input).code(), 0);
        let finished = run_to_end(tool("subunit-stats").command(["--fail-on-empty"]), input);
        assert_eq!(finished.code(), 1, "{}", input.escape_ascii());
        assert_eq!(finished.stderr[0], "subunit-stats: no test in the input, and --fail-on-empty is given\n");
    }
    assert_eq!(stats(&["--fail-on-empty"], &good_tests(1)).code(), 0);
    assert_eq!(stats(&["--fail-on-empty"], &packet(&Event::test("s").status(Status::Skip))).code(), 0);
}

#[test]
fn json_has_all_of_it() {
    let begins = packet(&Event::test("damaged").status(Status::InProgress));
    let ends = packet(&Event::test("damaged").status(Status::Success));
    let input = [
        agreed(),
        b"\n".to_vec(),
        begins,
        with_flip(ends, 10, 1),
        packet(&Event::test("u").status(Status::UnexpectedSuccess)),
        stream([timed("t", 1_700_000_000, 1_700_000_002), timed("back", 1_700_000_001, 1_700_000_000)].concat()),
    ]
    .concat();
    let expected = json!({
        "total": 10, "passed": 4, "failed": 5, "skipped": 1, "xfail": 1, "uxsuccess": 1, "unfinished": 2, "damage": 1,
        "exists": 1, "text_bytes": "building\nof the run\nhalf a line\n".len(),
        "tags": ["Z", "b c", "hung", "worker-10", "worker-2", "é", "日本"], "more_tags": 0,
        "start": "2023-11-14T22:13:20Z", "stop": "2023-11-14T22:13:22Z", "wall_time": 2.0, "test_time": 2.0,
        "by": null, "groups": null, "more_groups": null, "balance": null, "slowest": null,
    });
    assert_eq!(object(&[], &input), expected);
    let forwarded = run_to_end(tool("subunit-stats").usual([""; 0]), &input).stdout;
    assert_eq!(object(&[], &forwarded), expected, "it is the same one tool later");
}

#[test]
fn json_knows_what_it_does_not_know() {
    let object = object(&["--by", "route", "--slowest", "2"], &good_tests(1));
    let group = json!({"name": null, "tests": 1, "failed": 0, "start": null, "stop": null, "busy": 0.0, "idle": null});
    for (key, expected) in [
        ("start", json!(null)),
        ("wall_time", json!(null)),
        ("test_time", json!(0.0)),
        ("by", json!("route")),
        ("groups", json!([group])),
        ("balance", json!(null)),
        ("slowest", json!([])),
    ] {
        assert_eq!(object[key], expected, "{key}");
    }
}

#[test]
fn workers_of_the_recorded_run_are_reported_as_recorded() {
    let expected = String::from_utf8(read_data("testr-run.workers")).expect("the data is UTF-8");
    let finished = stats(&["--by", "worker", "--slowest", "3"], &read_data("testr-run.subunit"));
    assert_eq!((finished.text(), finished.code()), (&*expected, 1));
}

/// Microseconds, as the text of the recorded run has them: tests, first start, last stop and busy
/// time of each worker.
fn recorded_workers() -> BTreeMap<String, (u64, i64, i64, i64)> {
    let mut workers = BTreeMap::new();
    let (mut now, mut start, mut running, mut worker) = (0, 0, "", "");
    let text = read_data("testr-run");
    for line in std::str::from_utf8(&text).expect("the data is UTF-8").lines() {
        if let Some(time) = line.strip_prefix("time: 2026-11-21 02:34:").and_then(|time| time.strip_suffix('Z')) {
            now = time.replace('.', "").parse().expect("all of the run is in one minute");
        } else if let Some(tag) = line.strip_prefix("tags: worker-") {
            worker = tag;
        } else if let Some(id) = line.strip_prefix("test: ") {
            (running, start) = (id, now);
        } else if line.ends_with(&format!(": {running} [ multipart")) {
            let entry = workers.entry(format!("worker-{worker}")).or_insert((0, i64::MAX, 0, 0));
            *entry = (entry.0 + 1, entry.1.min(start), entry.2.max(now), entry.3 + i64::max(now - start, 0));
        }
    }
    workers
}

#[test]
fn workers_of_the_recorded_run_are_what_its_text_tells() {
    let expected = recorded_workers();
    let object = object(&["--by=worker"], &read_data("testr-run"));
    let groups = object["groups"].as_array().expect("it is a list");
    assert_eq!(groups.iter().map(|group| group["name"].as_str()).collect::<Vec<_>>(), {
        expected.keys().map(|name| Some(name.as_str())).collect::<Vec<_>>()
    });
    let end = expected.values().map(|worker| worker.2).max().expect("there are workers");
    let mut idle_time = 0;
    for (group, (name, (tests, start, stop, busy))) in groups.iter().zip(&expected) {
        let time = |micros: &i64| json!(format!("2026-11-21T02:34:{}.{:06}Z", micros / 1_000_000, micros % 1_000_000));
        assert_eq!(group["tests"], json!(tests), "{name}");
        assert_eq!((&group["start"], &group["stop"]), (&time(start), &time(stop)), "{name}");
        assert_seconds(&group["busy"], *busy);
        assert_seconds(&group["idle"], end - stop);
        idle_time += end - stop;
    }
    assert_seconds(&object["balance"]["saving"], idle_time / 4);
    assert_seconds(&object["balance"]["skew"], end - expected.values().map(|worker| worker.2).min().unwrap_or(0));
    assert_seconds(&object["test_time"], expected.values().map(|worker| worker.3).sum());
}

/// Makes sure that a number of seconds is that number of microseconds, or next to it.
#[track_caller]
fn assert_seconds(seconds: &Value, micros: i64) {
    let seconds = seconds.as_f64().expect("it is a number");
    let expected = std::time::Duration::from_micros(micros.unsigned_abs()).as_secs_f64();
    assert!((seconds - expected).abs() < 1.5e-6, "{seconds} should be {expected}");
}

#[test]
fn groups_are_compared_in_a_table() {
    let events = [
        tagged(&["w-10"], timed("a", 100, 104)),
        tagged(&["w-2"], timed("b", 101, 110)),
        tagged(&["w-2"], timed("c", 110, 107)),
        tagged(&["tag\u{1b}[2J\nof größe"], timed("d", 90, 107)),
        timed("untagged", 105, 120),
    ];
    let hung = Event::test("hung").status(Status::InProgress).at(at(95, 0)).tags(["w-2"]);
    let timeless = Event::test("timeless").status(Status::Skip).tags(["timeless"]);
    let input = [stream(events.concat()), stream([hung, timeless])].concat();
    let expected = r"
From 1970-01-01T00:01:30Z to 1970-01-01T00:02:00Z: 30.000 s
tag                     tests  failed       start        stop        busy        idle
tag\x1b[2J\nof größe        1       0       0.000      17.000      17.000       3.000
timeless                    1       0           -           -       0.000           -
w-10                        1       0      10.000      14.000       4.000       6.000
w-2                         3       1       5.000      20.000       9.000       0.000
-                           1       0      15.000      30.000      15.000           -
Skew: 6.000 s; a perfect balance would save 3.000 s
";
    let finished = stats(&["--by", "tag"], &input);
    let table = finished.text().split_once("Seen tags: ").and_then(|(_, rest)| rest.split_once("w-2\n"));
    assert_eq!(table.map(|(_, table)| table), Some(expected));
}

#[test]
fn routes_are_whole_route_codes() {
    let routed = |code: &'static str, start, stop| timed("same", start, stop).map(|event| event.route_code(code));
    let input = stream([routed("0/1", 0, 5), routed("0", 0, 7), routed("0/2", 1, 3)].concat());
    let object = object(&["--by", "route"], &input);
    let groups = object["groups"].as_array().expect("it is a list");
    let groups: Vec<_> = groups.iter().map(|group| json!([group["name"], group["busy"], group["idle"]])).collect();
    assert_eq!(groups, [json!(["0", 7.0, 0.0]), json!(["0/1", 5.0, 2.0]), json!(["0/2", 2.0, 4.0])]);
    assert_eq!(object["balance"], json!({"skew": 4.0, "saving": 2.0}));

    let finished = stats(&["--by", "route"], &input);
    let header = "\nroute    tests  failed       start        stop        busy        idle\n";
    assert!(finished.text().contains(header), "{}", finished.text());
    assert!(finished.text().contains("\n0/1          1       0       0.000"), "{}", finished.text());
}

#[test]
fn workers_are_route_code_and_worker_tag_whatever_other_tags_their_tests_have() {
    let on = |route: &'static str, tags: &[&'static str], test| tagged(tags, test).map(|event| event.route_code(route));
    let input = stream(
        [
            on("web", &["worker-0", "slow"], timed("a", 1, 5)),
            on("web", &["slow", "worker-web", "worker-1"], timed("b", 1, 9)),
            on("db", &["worker-0"], timed("c", 2, 8)),
            timed("alone", 1, 2),
        ]
        .concat(),
    );
    let report = stats(&["--by", "worker", "--no-passthrough"], &input).text().to_owned();
    let table = report.split_once("s\nworker    ").expect("there is a table").1;
    let expected = "      tests  failed       start        stop        busy        idle\n\
        db/worker-0         1       0       1.000       7.000       6.000       1.000\n\
        web/worker-0        1       0       0.000       4.000       4.000       4.000\n\
        web/worker-1        1       0       0.000       8.000       8.000       0.000\n\
        -                   1       0       0.000       1.000       1.000           -\n\
        Skew: 4.000 s; a perfect balance would save 1.667 s\n";
    assert_eq!(table, expected);
    let shared = stats(&["--by", "tag"], &input);
    assert!(shared.text().ends_with("No skew: the groups share tests\n"), "{}", shared.text());
    assert_eq!(object(&["--by", "tag"], &input)["balance"], json!(null));
}

#[test]
fn a_group_that_is_busy_for_longer_than_its_window_has_no_skew() {
    let on = |route: &'static str, test: [Event<'static>; 2]| test.map(|event| event.route_code(route));
    let tests = [on("a", timed("x", 1, 4)), on("a", timed("y", 2, 5)), on("\u{1b}b", timed("z", 1, 9))];
    let report = stats(&["--by", "route"], &stream(tests.concat())).text().to_owned();
    let why = "No skew: a ran tests in parallel, 6.000 s of them within 4.000 s\n";
    assert!(report.ends_with(why), "{report}");
    assert!(report.contains("\n\\x1bb "), "the route is harmless: {report}");
    assert_eq!(object(&["--by", "route"], &stream(tests.concat()))["balance"], json!(null));
    let exact = [on("a", timed("x", 1, 4)), on("a", timed("y", 4, 5)), on("b", timed("z", 1, 9))];
    let report = stats(&["--by", "route"], &stream(exact.concat())).text().to_owned();
    assert!(report.ends_with("Skew: 4.000 s; a perfect balance would save 2.000 s\n"), "one after the other: {report}");
}

#[test]
fn long_lists_of_tags_and_groups_end_with_a_count() {
    let tags: Vec<String> = (0..1234).map(|number| format!("tag-{number:04}")).collect();
    let input: Vec<u8> = tags.iter().flat_map(|tag| stream(tagged(&[tag], timed("a", 1, 2)))).collect();
    let report = stats(&["--by", "tag"], &input).text().to_owned();
    assert!(report.contains("tag-0998, tag-0999, and 234 more\n"), "{}", report.len());
    assert!(report.contains("\nand 234 more\nSkew: 0.000 s;"), "{}", report.len());
    assert_eq!(report.matches("tag-0999").count(), 2);
    assert_eq!(report.matches("tag-1000").count(), 0);
    let object = object(&["--by", "tag"], &input);
    assert_eq!((&object["more_tags"], &object["more_groups"]), (&json!(234), &json!(234)));
    assert_eq!(object["groups"].as_array().map(Vec::len), Some(1000));
}

#[test]
fn a_tag_or_a_route_takes_less_than_200_bytes_of_memory() {
    const COUNT: usize = 100_000;
    let events = |number: usize| {
        let name = format!("name-{number:09}");
        packet(&Event::test("a").status(Status::Success).tags([name.as_str()]).route_code(name.as_str()))
    };
    let input: Vec<u8> = (0..COUNT).flat_map(events).collect();
    for by in [&[][..], &["--by", "tag"], &["--by", "route"], &["--by", "worker"]] {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let args = [by, &["-f"]].concat();
        let mut live = Pipeline::new([command_to(&folder.path().join("report"), &args)]).start();
        let before = packet(&Event::test("first").status(Status::Success));
        live.write(&before);
        live.read_until(|output| output.ends_with(&before));
        let base = peak_memory(live.process_ids()[0]);
        live.write(&[&input[..], &test("marker", Status::Success)].concat());
        live.read_until(|output| output[output.len().saturating_sub(100)..].windows(6).any(|bytes| bytes == b"marker"));
        let grown = peak_memory(live.process_ids()[0]) - base;
        // Tags and routes are both kept, if both are asked for.
        let kept = COUNT * if matches!(by, [] | [_, "tag"]) { 1 } else { 2 };
        assert!(grown < (2 << 20) + 200 * kept, "{by:?}: {} bytes each", grown / kept);
        assert_eq!(live.finish().code(), 0);
    }
}

#[test]
fn names_from_the_stream_are_harmless_in_the_report() {
    let hostile = "worker-\u{1b}]0;title\u{7}\u{202e}\n";
    let failed = Event::test(hostile).status(Status::Fail).tags([hostile]).route_code(hostile);
    let input = stream([failed.clone().at(at(1, 0))]);
    for by in ["worker", "tag", "route"] {
        let report = stats(&["--by", by, "--slowest", "3"], &input).text().to_owned();
        assert!(!report.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{by}: {report:?}");
        assert!(report.contains(r"Seen tags: worker-\x1b]0;title\x07\u202e\n"), "{by}: {report}");
    }
    assert_eq!(object(&[], &input)["tags"], json!([hostile]), "JSON has its own escapes");
}

#[test]
fn groups_that_share_tests_have_no_balance() {
    let shared = [tagged(&["a", "b"], timed("x", 1, 3)), tagged(&["a"], timed("y", 3, 4))].concat();
    let object_of = |events: Vec<Event<'_>>| object(&["--by", "tag"], &stream(events));
    let object = object_of(shared.clone());
    assert_eq!(object["balance"], json!(null));
    assert_eq!(object["groups"][0]["busy"], json!(3.0), "the test is in both groups");
    assert_eq!(object["groups"][1]["busy"], json!(2.0), "the test is in both groups");
    assert_eq!(object["test_time"], json!(3.0), "and in the sum of all once");
    assert!(!stats(&["--by", "tag"], &stream(shared)).text().contains("Skew"));

    let twice = object_of([tagged(&["a", "a"], timed("x", 1, 3)), tagged(&["b"], timed("y", 3, 4))].concat());
    assert_eq!(twice["groups"][0]["tests"], json!(1), "a tag said twice is one tag");
    assert_eq!(twice["balance"], json!({"skew": 1.0, "saving": 0.5}));

    let single = object_of([tagged(&["a"], timed("x", 1, 3)), timed("y", 3, 4)].concat());
    assert_eq!(single["balance"], json!(null), "one group and a rest have no balance");
}

#[test]
fn the_slowest_tests_come_slowest_first() {
    let events = [
        timed("two", 0, 2).to_vec(),
        timed("nine\nlines", 0, 9).map(|event| event.route_code("1/0")).to_vec(),
        tagged(&["worker-3"], timed("first of five", 3, 8)).to_vec(),
        vec![Event::test("hung").status(Status::InProgress).at(at(0, 0))],
        timed("second of five", 0, 5).to_vec(),
        timed("back", 50, 0).to_vec(),
        vec![Event::test("timeless").status(Status::Fail)],
        timed("third of five", 0, 5).to_vec(),
    ];
    let input = stream(events.concat());
    let slowest = |count: &str| {
        let finished = stats(&["--slowest", count], &input);
        finished.text().split_once("\nSlowest tests:\n").expect("they are reported").1.to_owned()
    };
    let row = |duration: &str, worker: &str, id: &str| format!("success     {duration:>10}  {worker:15}  {id}\n");
    let three = [
        row("9.000", "1/0", "nine\\nlines"),
        row("5.000", "worker-3", "first of five"),
        row("5.000", "-", "second of five"),
    ]
    .concat();
    assert_eq!(slowest("3"), three);
    let rest = [row("5.000", "-", "third of five"), row("2.000", "-", "two")].concat();
    assert_eq!(slowest("100"), three + &rest);
    let expected = json!([
        {"id": "nine\nlines", "route_code": "1/0", "worker": "1/0", "status": "success", "duration": 9.0},
    ]);
    assert_eq!(object(&["--slowest=1"], &input)["slowest"], expected);
    let most = u64::MAX.to_string();
    assert_eq!(object(&["--slowest", &most], &input)["slowest"].as_array().map(Vec::len), Some(5));
}

#[test]
fn a_run_without_durations_has_no_slowest_tests_and_says_so() {
    let finished = stats(&["--slowest", "3"], &good_tests(2));
    assert!(finished.text().ends_with("\n\nSlowest tests: no duration is known\n"), "{}", finished.text());
}

#[test]
fn text_is_shown_at_once_and_the_report_at_the_end() {
    let mut live = Pipeline::new([tool("subunit-stats").command([""; 0])]).deadline(DEADLINE).start();
    live.write(b"password: ");
    live.read_until(|output| output == b"password: ");
    live.write(&[packet(&Event::global_file("log", &b"of the run"[..])), test("a", Status::Success)].concat());
    live.read_until(|output| output == b"password: of the run");
    assert!(live.finish().text().starts_with("password: of the run\nTotal tests:       1\n"));
}

#[test]
fn text_stays_out_where_it_is_not_wanted() {
    let hidden = stats(&["--no-passthrough"], &agreed());
    assert!(hidden.text().starts_with("Total tests:       5\n"), "{}", hidden.text());
    assert!(stats(&["--json"], &agreed()).text().starts_with("{\"total\":5,"), "a program reads this");
    let (report, finished) = reported(&["--json"], &agreed());
    assert!(report.starts_with("{\"total\":5,"), "{report}");
    assert_eq!(finished.text(), "building\nof the run\nhalf a line", "nothing is in the way of the text");
    let forwarded = stats(&["--json", "-f"], &[b"text\n", &good_tests(1)[..]].concat()).stdout;
    assert_eq!(printed::lines(&forwarded)[0], r#"- ... stdout="text\n""#, "a stream keeps its text");
}

#[test]
fn the_stream_is_forwarded_as_it_came_and_the_report_follows() {
    let packets = [test("a", Status::Success), packet(&Event::global_file("log", &b"of the run\n"[..]))].concat();
    let finished = stats(&["-f"], &packets);
    let report = finished.stdout.strip_prefix(&packets[..]).expect("every byte is forwarded");
    assert!(report.starts_with(b"Total tests:       1\n"), "{}", report.escape_ascii());

    let (report, finished) = reported(&["--forward"], &[b"text\n", &packets[..]].concat());
    assert_eq!(report, stats(&[], &test("a", Status::Success)).text());
    assert_eq!(
        printed::lines(&finished.stdout),
        [r#"- ... stdout="text\n""#, "a inprogress", "a success", r#"- ... log="of the run\n""#]
    );
    let (_, finished) = reported(&["-f", "--no-passthrough"], &[b"text\n", &packets[..]].concat());
    assert!(finished.stdout == test("a", Status::Success), "as python-subunit, only packets of tests are left");
}

#[test]
fn damage_is_counted_and_forwarded() {
    let mut torn = test("a", Status::Success);
    torn.truncate(torn.len() - 3);
    let (report, finished) = reported(&["-f"], &torn);
    assert!(report.starts_with("Total tests:       2\nPassed tests:      0\nFailed tests:      2\n"), "{report}");
    let told = printed::lines(&finished.stdout).iter().any(|line| line.starts_with(&format!("{PARSER_TEST_ID} fail")));
    assert!(told, "the report of the damage goes on");
    assert_eq!(object(&[], &finished.stdout)["damage"], json!(1));
}

#[test]
fn a_report_replaces_a_file_only_when_it_is_complete() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("report");
    fs::write(&path, "the last one").expect("there is room for a file");
    let mut reader = File::open(&path).expect("it is there");
    let names = || fs::read_dir(folder.path()).expect("it can be listed").count();

    let mut live = Pipeline::new([command_to(&path, &["-f"])]).deadline(DEADLINE).start();
    live.write(&test("a", Status::Success));
    live.read_until(|output| output.ends_with(&test("a", Status::Success)));
    assert_eq!(fs::read(&path).expect("it is there"), b"the last one", "until the end nothing changes");
    assert_eq!(names(), 1, "and nothing lies beside it");
    assert_eq!(live.finish().code(), 0);
    assert_eq!(fs::read_to_string(&path).expect("it is there"), stats(&[], &test("a", Status::Success)).text());
    assert_eq!(names(), 1);
    let mut old = String::new();
    reader.read_to_string(&mut old).expect("it can be read");
    assert_eq!(old, "the last one", "who reads the old report reads all of it");

    fs::remove_file(&path).expect("it was there");
    let missing = run_to_end(command_to(&path, &["-", "/proc/nonexistent"]), &good_tests(1));
    assert!(trouble("subunit-stats", &missing).starts_with("/proc/nonexistent: "));
    assert_eq!(names(), 0, "trouble leaves no report");
}

#[test]
fn a_report_to_standard_output_by_name_follows_what_is_there() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("log");
    let input = [b"some text", &good_tests(1)[..]].concat();
    for (name, errors) in [("/dev/stdout", false), ("/dev/stderr", true)] {
        fs::write(&path, "earlier\n").expect("there is room for a file");
        let log = File::options().append(true).open(&path).expect("it is there");
        let mut command = command_to(Path::new(name), &[]);
        let (stdout, stderr) = if errors { (Stdio::null(), log.into()) } else { (log.into(), Stdio::null()) };
        command.stdin(Stdio::piped()).stdout(stdout).stderr(stderr);
        let mut child = command.spawn().expect("it can be run");
        child.stdin.take().expect("it is piped").write_all(&input).expect("it reads");
        assert!(child.wait().expect("it ends").success());
        let report = stats(&["--no-passthrough"], &input).text().to_owned();
        let text = if errors { "" } else { "some text\n" };
        assert_eq!(fs::read_to_string(&path).expect("it is there"), format!("earlier\n{text}{report}"), "{name}");
    }
}

#[test]
fn a_report_may_be_read_by_whom_the_last_one_or_other_files_may() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let (path, other) = (folder.path().join("report"), folder.path().join("other"));
    fs::write(&other, "").expect("there is room for a file");
    assert_eq!(run_to_end(command_to(&path, &[]), b"").code(), 0);
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode();
    assert_eq!(mode(&path), mode(&other));
    for kept in [0o600, 0o400, 0o666] {
        fs::set_permissions(&path, Permissions::from_mode(kept)).expect("it is ours");
        assert_eq!(run_to_end(command_to(&path, &[]), &good_tests(1)).code(), 0);
        assert_eq!(mode(&path) & 0o777, kept, "a report has the permissions of the one that it replaces");
    }
}

#[test]
fn a_report_may_have_a_name_without_a_folder() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let mut command = command_to(Path::new("report"), &[]);
    command.current_dir(folder.path());
    let finished = run_to_end(command, b"");
    assert_silent("subunit-stats", &finished);
    let report = fs::read_to_string(folder.path().join("report")).expect("there is a report");
    assert_eq!(report, stats(&[], b"").text());
}

#[test]
fn a_report_goes_into_what_is_no_ordinary_file() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let (link, target) = (folder.path().join("link"), folder.path().join("target"));
    symlink("target", &link).expect("there is room for a link");
    assert_eq!(run_to_end(command_to(&link, &[]), b"").code(), 0);
    assert_eq!(fs::read_to_string(&target).expect("it is there"), stats(&[], b"").text());
    assert!(fs::symlink_metadata(&link).expect("it is there").is_symlink());

    let (_folder, stdout) = link_to("/proc/self/fd/1");
    let finished = run_to_end(command_to(&stdout, &[]), b"");
    assert_eq!(finished.text(), stats(&[], b"").text(), "a pipe takes it as well");
}

#[test]
fn a_report_that_cannot_be_written_is_trouble_before_anything_is_read() {
    for (path, cause) in [("/proc/nonexistent/x", "No such file or directory"), ("/usr", "Is a directory")] {
        let live = Pipeline::new([tool("subunit-stats").command(["-o", path])]).deadline(DEADLINE).start();
        let finished = live.finish();
        assert_eq!(trouble("subunit-stats", &finished), format!("{path}: {cause}"));
        assert!(finished.stdout.is_empty());
    }
    let (_folder, full) = link_to("/dev/full");
    let finished = run_to_end(command_to(&full, &[]), &[&good_tests(1)[..], b"text\n"].concat());
    assert_eq!(trouble("subunit-stats", &finished), format!("{}: No space left on device", full.display()));
    assert_eq!(finished.stdout, b"text\n");
}

#[test]
fn a_report_that_nobody_takes_is_trouble() {
    for args in [&[][..], &["--json"], &["--by", "tag", "--slowest", "3"]] {
        let full = Pipeline::new([tool("subunit-stats").command(args)]).output(full_device()).run(b"");
        assert_eq!(trouble("subunit-stats", &full), "standard output: No space left on device");
        let closed = Pipeline::new([tool("subunit-stats").command(args)]).output(closed_pipe()).run(b"");
        assert_eq!(closed.code(), 141);
    }
}

#[test]
fn bad_values_are_refused_with_the_reason() {
    for (args, line) in [
        (["--slowest", "abc"], "invalid value 'abc' for '--slowest <N>': not a whole number; see --help"),
        (["--slowest", "1.5"], "invalid value '1.5' for '--slowest <N>': not a whole number; see --help"),
        (["--slowest", "-1"], "invalid value '-1' for '--slowest <N>': not a whole number; see --help"),
        (["--slowest", "0"], "invalid value '0' for '--slowest <N>': must be 1 or more; see --help"),
        (
            ["--by", "workers"],
            "invalid value 'workers' for '--by <WHAT>' [possible values: worker, tag, route]; \
             a similar value exists: 'worker'",
        ),
        (["--by", "host"], "invalid value 'host' for '--by <WHAT>' [possible values: worker, tag, route]; see --help"),
    ] {
        let finished = run_to_end(tool("subunit-stats").command(args), b"");
        assert_eq!(trouble("subunit-stats", &finished), line);
    }
}

#[test]
fn memory_does_not_grow_with_the_stream_whatever_is_asked_for() {
    const MOST: usize = 16 << 20;
    let input = stream(run(70_000, 3));
    assert!(input.len() > MOST, "{} bytes are more than the tool may keep", input.len());
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let args = ["--by", "route", "--slowest", "10", "--json", "-f"];
    let mut live = Pipeline::new([command_to(&folder.path().join("report"), &args)]).start();
    live.write(&[input, test("marker", Status::Success)].concat());
    live.read_until(|output| output[output.len().saturating_sub(100)..].windows(6).any(|window| window == b"marker"));
    let most = peak_memory(live.process_ids()[0]);
    assert!(most < MOST, "{most} bytes were used");
    assert_eq!(live.finish().code(), 1);
}
