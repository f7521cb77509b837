//! What subunit2json and json2subunit do.

use subunit_codec::{Event, MAX_LENGTH, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::{Pipeline, closed_pipe};
use testkit::random::Random;
use testkit::stream::{at, packet, raw, run, stream, test, with_flip};

use crate::every_tool::{contains, tool};
use crate::printed;
use crate::tool::{DEADLINE, full_device, read_data, trouble};

/// The lines of a stream.
#[track_caller]
fn json(args: &[&str], input: &[u8]) -> String {
    let finished = run_to_end(tool("subunit2json").command(args), input);
    finished.assert().code(0).stderr("");
    finished.text().to_owned()
}

fn back(input: &[u8]) -> Finished {
    run_to_end(tool("json2subunit").command([""; 0]), input)
}

/// The stream that lines stand for.
#[track_caller]
fn restored(lines: &str) -> Vec<u8> {
    let finished = back(lines.as_bytes());
    finished.assert().code(0).stderr("");
    finished.stdout
}

#[test]
fn each_packet_is_an_object_with_the_fields_that_it_has() {
    let test = Event::test("a").status(Status::Success).tags(["worker-0"]).route_code("0/3");
    let input = [
        packet(&test.at(at(1_763_650_974, 82_891_123))),
        packet(&Event::test("a").not_runnable().file("log", &b"boom\n"[..]).mime_type("text/plain").eof()),
        packet(&Event::global_file("shot.png", &b"\x89PNG"[..])),
        packet(&Event::test("b").tags([""; 0])),
        packet(&Event::default()),
        b"building...\n\xff".to_vec(),
    ];
    assert_eq!(
        json(&["--protocol=2"], &input.concat()),
        r#"{"test_id":"a","test_status":"success","timestamp":"2025-11-20T15:02:54.082891123Z","test_tags":["worker-0"],"route_code":"0/3"}
{"test_id":"a","runnable":false,"mime_type":"text/plain","file_name":"log","file_bytes":"boom\n","eof":true}
{"file_name":"shot.png","file_bytes":{"base64":"iVBORw=="}}
{"test_id":"b","test_tags":[]}
{"runnable":false}
{"text":{"base64":"YnVpbGRpbmcuLi4K/w=="}}
"#
    );
}

#[test]
fn damage_has_its_place_its_reason_and_its_bytes_and_comes_back_as_it_was() {
    let input = [test("a", Status::Success), with_flip(packet(&Event::test("b").status(Status::Fail)), 7, 1)].concat();
    let lines = json(&[], &input);
    let damage = lines.lines().last().expect("there are lines");
    assert!(damage.starts_with(r#"{"damage":{"offset":20,"reason":""#), "{damage}");
    assert!(restored(&lines) == input);
}

#[test]
fn streams_come_back_byte_for_byte() {
    let recorded = read_data("testr-run.subunit");
    assert!(restored(&json(&[], &recorded)) == recorded, "the recorded run");
    let mut random = Random::new(5);
    for seed in 0..30 {
        let mut input = stream(run(40, seed));
        for _ in 0..random.below(6) {
            let at = random.below(input.len());
            match random.below(3) {
                0 => input[at] = random.byte(),
                1 => drop(input.drain(at..(at + random.below(30)).min(input.len()))),
                _ => drop(input.splice(at..at, random.bytes(9))),
            }
        }
        assert!(restored(&json(&["--protocol=2"], &input)) == input, "seed {seed}");
        assert!(restored(&json(&["--protocol=2", "--raw"], &input)) == input, "seed {seed}");
    }
}

#[test]
fn raw_bytes_keep_an_unusual_packet_and_its_meaning_stays_without_them() {
    // The length of the id takes two bytes, and two bytes follow the last field.
    let unusual = raw(0x2900, b"\x40\x01aXY");
    assert!(restored(&json(&["--raw"], &unusual)) == unusual);
    assert_eq!(printed::lines(&restored(&json(&[], &unusual))), printed::lines(&unusual));
}

#[test]
fn the_longest_packet_comes_back_and_a_longer_file_is_split() {
    let event = |length| Event::test("a").file("log", vec![b'x'; length]).status(Status::Fail).eof();
    let around = packet(&event(4_000_000)).len() - 4_000_000;
    let longest = packet(&event(MAX_LENGTH - around));
    assert!(restored(&json(&[], &longest)) == longest);
    let line =
        format!(r#"{{"test_id":"a","test_status":"fail","file_name":"log","file_bytes":"{}"}}"#, "x".repeat(9_000_000));
    let packets = restored(&line);
    assert_eq!(printed::file(&packets, Some("a"), "log").len(), 9_000_000);
    assert_eq!(printed::lines(&packets).len(), 3);
}

#[test]
fn version_1_becomes_packets() {
    let lines = json(&[], b"test: a\nsuccess: a\n");
    assert_eq!(
        lines,
        "{\"test_id\":\"a\",\"test_status\":\"inprogress\"}\n{\"test_id\":\"a\",\"test_status\":\"success\"}\n"
    );
}

#[test]
fn a_line_that_is_no_item_is_left_out_and_reported() {
    let finished = back(b"{\"test_id\":\"a\"}\n\n{\"test_id\":\"b\",\"by\":1}\n{\"test_id\":\"c\",\"test_status\":\"good\"}\n{\"test_id\":\"d\"}");
    assert_eq!(finished.code(), 2);
    assert_eq!(printed::lines(&finished.stdout), ["a ...", "d ..."]);
    let lines: Vec<&str> = finished.stderr[0].lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].starts_with("json2subunit: standard input: line 3: column 19: unknown field `by`"),
        "{}",
        lines[0]
    );
    assert!(lines[1].starts_with("json2subunit: standard input: line 4: column "), "{}", lines[1]);
}

#[test]
fn text_can_be_left_out_of_json_too() {
    let finished =
        run_to_end(tool("json2subunit").command(["--no-passthrough"]), b"{\"text\":\"x\"}\n{\"test_id\":\"a\"}\n");
    finished.assert().code(0).stderr("");
    assert_eq!(printed::lines(&finished.stdout), ["a ..."]);
}

#[test]
fn packets_leave_before_the_json_ends() {
    let mut live = Pipeline::new([tool("json2subunit").command([""; 0])]).deadline(DEADLINE).start();
    live.write(b"{\"test_id\":\"first\"}\n{\"test_id\":\"sec");
    live.read_until(|output| contains(output, b"first"));
    live.write(b"ond\"}\n");
    live.read_until(|output| contains(output, b"second"));
    assert_eq!(live.finish().code(), 0);
}

#[test]
fn the_way_back_ends_as_every_tool_does() {
    let lines = json(&[], &test("a", Status::Success));
    let finished = Pipeline::new([tool("json2subunit").command([""; 0])]).output(full_device()).run(lines.as_bytes());
    assert_eq!(trouble("json2subunit", &finished), "standard output: No space left on device");
    let finished = Pipeline::new([tool("json2subunit").command([""; 0])]).output(closed_pipe()).run(lines.as_bytes());
    finished.assert().code(141).stderr("");
}

#[test]
fn noise_is_reported_line_by_line() {
    let mut random = Random::new(3);
    let noise: Vec<u8> = random.bytes(100_000).into_iter().filter(|byte| *byte != 0xb3).collect();
    let finished = back(&noise);
    assert_eq!(finished.code(), 2);
    assert!(finished.stdout.is_empty());
    let lines = noise.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
    assert_eq!(finished.stderr[0].lines().count(), lines);
}
