//! A runner and a server for the tests, which do what the environment says. They are tests of this
//! program that are ignored: `subunit-sched` runs it again, with the name of one.

#![expect(clippy::exit, clippy::print_stderr, reason = "these are programs")]

use std::env;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::process::exit;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use subunit_codec::{Event, Item, Protocol, Reader, Status};
use testkit::stream::stream;

/// What the fakes are to do: `POINT:ID:HOW`, separated by commas. The point is `before` or `during`
/// a test, `instead` of it, or, for a server, `hello`, `done` before it says that it is, or `after`
/// that. `HOW` is an exit status, `kill`, `wait`, `hang`, `skip` or what a server says. A `!`
/// behind it: only the first time.
const FATES: &str = "FAKE_FATES";

/// The words of a command that runs one of the fakes.
pub(crate) fn fake(name: &str) -> Vec<String> {
    let program = env::current_exe().expect("the program has a path");
    let words = ["--ignored", "--exact", "--nocapture", "--test-threads=1"].map(str::to_owned);
    let mut all =
        vec![program.to_str().expect("the path is UTF-8").to_owned(), format!("subunit_sched::fakes::{name}")];
    all.extend(words);
    all
}

/// The environment of the fakes.
pub(crate) fn fates(fates: &str) -> [(&'static str, &str); 1] {
    [(FATES, fates)]
}

/// What is to happen at a point of a test.
fn fate(point: &str, id: &str) -> Option<String> {
    let fates = env::var(FATES).unwrap_or_default();
    let mut fates = fates.split(',').filter_map(|fate| fate.strip_prefix(&format!("{point}:{id}:")));
    let how = fates.next()?;
    let Some(once) = how.strip_suffix('!') else { return Some(how.to_owned()) };
    // The first one makes the mark.
    let mark = format!("mark-{point}-{id}");
    OpenOptions::new().write(true).create_new(true).open(Path::new(&mark)).ok().map(|_| once.to_owned())
}

/// Meets its fate, if it is an end.
fn meet(point: &str, id: &str) {
    match fate(point, id).as_deref() {
        None | Some("skip") => {}
        Some("kill") => {
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL)
                .expect("it can be killed");
        }
        Some("wait") => sleep(Duration::from_secs(2)),
        Some("hang") => sleep(Duration::from_secs(600)),
        Some(status) => exit(status.parse().expect("it is an exit status")),
    }
}

fn say(events: impl IntoIterator<Item = Event<'static>>) {
    let mut output = io::stdout().lock();
    output.write_all(&stream(events)).and_then(|()| output.flush()).expect("somebody reads");
}

/// Runs a test: one whose id has `bad` in it fails.
fn run(id: &str) {
    let event = |status| Event::test(id.to_owned()).status(status);
    meet("before", id);
    if fate("instead", id).is_some() {
        return;
    }
    say([event(Status::InProgress)]);
    meet("during", id);
    say([event(if id.contains("bad") { Status::Fail } else { Status::Success })]);
}

/// Runs the tests that are listed on standard input.
#[test]
#[ignore = "is a runner for other tests"]
fn runner() {
    if env::var_os(FATES).is_none() {
        return;
    }
    eprintln!("a runner");
    let mut bad = false;
    for id in io::stdin().lines() {
        let id = id.expect("the list is UTF-8");
        run(&id);
        bad |= id.contains("bad");
    }
    meet("end", "");
    exit(i32::from(bad));
}

/// Runs the tests that messages ask for.
#[test]
#[ignore = "is a server for other tests"]
fn server() {
    if env::var_os(FATES).is_none() {
        return;
    }
    let mut reader = Reader::new(io::stdin(), Protocol::V2);
    let mut message = Vec::new();
    while let Some(item) = reader.next().expect("standard input can be read") {
        let Item::Packet(packet) = item else { continue };
        assert_eq!((packet.test_id(), packet.mime_type()), (Some("testrepository-rpc"), Some("application/json")));
        message.extend_from_slice(packet.file_bytes().unwrap_or_default());
        if packet.is_eof() {
            let message: Value = serde_json::from_slice(&std::mem::take(&mut message)).expect("a message is JSON");
            answer(&message);
        }
    }
}

fn answer(message: &Value) {
    match message["msg"].as_str() {
        Some("Hello") => {
            match fate("hello", "").as_deref() {
                Some("runs") => run("everything"),
                Some("newer") => return reply(&json!({"msg": "Hello", "min": 2, "max": 3})),
                Some("nonsense") => return reply(&json!(["Hello"])),
                _ => meet("hello", ""),
            }
            reply(&json!({"msg": "Hello", "min": 0, "max": 7, "name": "fake"}));
        }
        Some("Run") => {
            let tests = message["tests"].as_array().expect("tests are a list");
            for id in tests {
                let id = id.as_str().expect("an id is text");
                if fate("unfinished", id).is_some() {
                    say([Event::test(id.to_owned()).status(Status::InProgress)]);
                } else {
                    run(id);
                }
                meet("done", id);
            }
            reply(&json!({"msg": "Done", "nonce": message["nonce"], "error": fate("error", "")}));
            tests.iter().filter_map(Value::as_str).for_each(|id| meet("after", id));
        }
        Some("Goodbye") => {
            meet("goodbye", "");
            exit(0);
        }
        other => panic!("{other:?} is no message"),
    }
}

/// Says something in two packets.
fn reply(message: &Value) {
    let text = message.to_string().into_bytes();
    let (one, other) = text.split_at(text.len() / 2);
    let part = |bytes: &[u8]| {
        let event = Event::test("testrepository-rpc").file("any name", bytes.to_vec());
        event.mime_type("application/json; charset=utf8")
    };
    say([part(one), part(other).eof()]);
}
