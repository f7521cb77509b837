//! What subunit2perfetto does.

use rustix::process::{Pid, Signal, kill_process};
use subunit_codec::{Event, Status};
use testkit::finished::run_to_end;
use testkit::pipeline::Pipeline;
use testkit::stream::{at, run, stream, test};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::tool::DEADLINE;

/// The events of the trace, a line each, and what is said on standard error.
#[track_caller]
fn trace(input: &[u8]) -> (Vec<String>, String) {
    let finished = run_to_end(tool("subunit2perfetto").command([""; 0]), input);
    assert_eq!(finished.code(), 0);
    let text = finished.text();
    assert_json(text.as_bytes());
    let events = text.strip_prefix("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[");
    let events = events.and_then(|rest| rest.strip_suffix("\n]}\n")).expect("the trace has its frame");
    (
        events.lines().filter(|line| !line.is_empty()).map(|line| line.trim_end_matches(',').to_owned()).collect(),
        finished.stderr[0].clone(),
    )
}

#[track_caller]
fn assert_json(bytes: &[u8]) {
    let parsed: Result<serde_json::Value, _> = serde_json::from_slice(bytes);
    assert!(parsed.is_ok_and(|trace| trace["traceEvents"].is_array()), "it is JSON");
}

#[test]
fn tests_are_pairs_of_events_in_the_lanes_of_their_workers() {
    let event = |id: &'static str| Event::test(id).tags(["worker-1"]).route_code("web");
    let (events, said) = trace(&stream([
        Event::global_file("log", &b"x"[..]).at(at(9, 0)),
        event("m.bad").status(Status::InProgress).at(at(10, 0)),
        event("m.good").status(Status::InProgress).at(at(10, 500_000)),
        event("m.bad")
            .file("traceback", &b"ValueError: <1>\n"[..])
            .mime_type("text/x-traceback")
            .status(Status::Fail)
            .at(at(11, 0)),
        event("m.good").status(Status::Success).at(at(12, 0)),
        Event::test("m.hangs").status(Status::InProgress).at(at(12, 0)),
        Event::test("m.unknown").status(Status::Success),
        Event::test("m.there").status(Status::Exists).at(at(12, 0)),
    ]));
    assert_eq!(
        events,
        [
            r#"{"name":"process_name","ph":"M","pid":1,"tid":1,"args":{"name":"web"}}"#,
            r#"{"name":"thread_name","ph":"M","pid":1,"tid":1,"args":{"name":"worker-1"}}"#,
            r#"{"name":"m.bad","cat":"fail","ph":"B","ts":1000000,"pid":1,"tid":1,"args":{"outcome":"fail","tags":["worker-1"],"message":"ValueError: <1>"}}"#,
            r#"{"name":"m.bad","cat":"fail","ph":"E","ts":2000000,"pid":1,"tid":1}"#,
            r#"{"name":"thread_name","ph":"M","pid":1,"tid":2,"args":{"name":"worker-1 (2)"}}"#,
            r#"{"name":"m.good","cat":"success","ph":"B","ts":1000500,"pid":1,"tid":2,"args":{"outcome":"success","tags":["worker-1"]}}"#,
            r#"{"name":"m.good","cat":"success","ph":"E","ts":3000000,"pid":1,"tid":2}"#,
            r#"{"name":"process_name","ph":"M","pid":2,"tid":3,"args":{"name":"tests"}}"#,
            r#"{"name":"thread_name","ph":"M","pid":2,"tid":3,"args":{"name":"no worker"}}"#,
            r#"{"name":"m.hangs","cat":"inprogress","ph":"B","ts":3000000,"pid":2,"tid":3,"args":{"outcome":"inprogress"}}"#,
        ]
    );
    assert_eq!(said, "subunit2perfetto: 1 test without times left out\n");
}

#[test]
fn events_of_a_lane_follow_each_other() {
    let (events, _) = trace(&stream(run(2_000, 5)));
    let mut open = std::collections::HashMap::new();
    let mut last = std::collections::HashMap::new();
    let mut pairs = 0;
    for event in events.iter().map(|event| serde_json::from_str::<serde_json::Value>(event).expect("it is JSON")) {
        let (lane, time) = (event["tid"].as_u64(), event["ts"].as_i64());
        match event["ph"].as_str() {
            Some("B") => {
                assert!(open.insert(lane, event["name"].clone()).is_none(), "{event}");
                assert!(last.get(&lane).is_none_or(|last| *last <= time), "{event}");
            }
            Some("E") => {
                assert_eq!(open.remove(&lane), Some(event["name"].clone()));
                last.insert(lane, time);
                pairs += 1;
            }
            _ => {}
        }
    }
    assert_eq!((pairs, open.len()), (2_000, 0));
}

#[test]
fn hostile_names_stay_names() {
    let (events, _) = trace(&stream([Event::test("\"}]}\u{1}\n</script>\u{2028}")
        .status(Status::Success)
        .at(at(1, 0))
        .tags(["\"", "\\"])
        .route_code("\"\n")]));
    assert!(events[2].contains(r#""name":"\"}]}\u0001\n</script>"#), "{events:?}");
}

#[test]
fn a_trace_is_whole_after_a_signal_and_in_a_file() {
    let live = Pipeline::new([tool("subunit2perfetto").command([""; 0])]).deadline(DEADLINE).start();
    live.write(&test("a", Status::Success));
    let process = Pid::from_raw(i32::try_from(live.process_ids()[0]).expect("it is small")).expect("it is a process");
    std::thread::sleep(std::time::Duration::from_secs(1));
    kill_process(process, Signal::INT).expect("it runs");
    let finished = live.finish();
    assert_eq!(finished.code(), 130);
    assert_json(&finished.stdout);

    let folder = Folder::new();
    let finished = run_to_end(folder.command(tool("subunit2perfetto"), &["-o", "trace.json"]), &stream(run(100, 1)));
    finished.assert().code(0).stdout("").stderr("");
    assert_json(&folder.read("trace.json"));
}
