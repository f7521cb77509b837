//! What subunit-attempts does.

use std::fs;

use subunit_codec::{Event, MAX_LENGTH, Status};
use tempfile::TempDir;
use testkit::finished::run_to_end;
use testkit::pipeline::Pipeline;
use testkit::random::Random;
use testkit::stream::{at, packet, run, stream, test, with_flip};

use crate::every_tool::tool;
use crate::printed;

/// What comes out, with the exit status and standard error as they should be.
#[track_caller]
fn bytes(args: &[&str], input: &[u8]) -> Vec<u8> {
    let finished = run_to_end(tool("subunit-attempts").command(args), input);
    finished.assert().code(0).stderr("");
    finished.stdout
}

/// The packets that come out, readable.
#[track_caller]
fn last_words(args: &[&str], input: &[u8]) -> Vec<String> {
    printed::lines(&bytes(args, input))
}

/// Attempts at the test `a`, a letter each: Pass, Fail, Skip, Xfail, Uxsuccess.
fn attempts(letters: &str) -> Vec<u8> {
    let attempts = letters.chars().zip(1..).flat_map(|(letter, number)| {
        let status = match letter {
            'P' => Status::Success,
            'F' => Status::Fail,
            'S' => Status::Skip,
            'X' => Status::ExpectedFailure,
            _ => Status::UnexpectedSuccess,
        };
        [
            Event::test("a").status(Status::InProgress).at(at(number * 10, 0)),
            Event::test("a").file("log", format!("{letter}{number}").into_bytes()).eof(),
            Event::test("a").status(status).tags([format!("run-{number}")]).at(at(number * 10 + 1, 0)),
        ]
    });
    stream(attempts)
}

/// What leaves of attempts, without the packets that say that the test runs and without times.
#[track_caller]
fn left(args: &[&str], letters: &str) -> Vec<String> {
    let lines = last_words(args, &attempts(letters));
    let (running, rest): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.contains("inprogress"));
    assert_eq!(running.len(), letters.len(), "each attempt is seen to run");
    let without_time =
        |line: String| line.split(' ').filter(|word| !word.starts_with('@')).collect::<Vec<_>>().join(" ");
    rest.into_iter().map(without_time).collect()
}

#[test]
fn a_pass_after_failures_is_flaky_and_has_their_attachments() {
    assert_eq!(left(&[], "FP"), ["a ... attempt-1/log=\"F1\" eof", "a ... log=\"P2\" eof", "a success #run-2 #flaky"]);
    assert_eq!(
        left(&[], "FUX"),
        [
            "a ... attempt-1/log=\"F1\" eof",
            "a ... attempt-2/log=\"U2\" eof",
            "a ... attempt-2/outcome=\"uxsuccess\" (text/plain;charset=utf8) eof",
            "a ... log=\"X3\" eof",
            "a xfail #run-3 #flaky"
        ]
    );
    assert_eq!(
        left(&["--flaky", "fail"], "FP"),
        ["a ... attempt-1/log=\"F1\" eof", "a ... log=\"P2\" eof", "a fail #run-2 #flaky"]
    );
}

#[test]
fn a_test_that_never_passed_fails_once_with_all_attempts() {
    assert_eq!(left(&[], "F"), ["a ... log=\"F1\" eof", "a fail #run-1"]);
    assert_eq!(
        left(&[], "FFU"),
        [
            "a ... attempt-1/log=\"F1\" eof",
            "a ... attempt-2/log=\"F2\" eof",
            "a ... log=\"U3\" eof",
            "a uxsuccess #run-3"
        ]
    );
}

#[test]
fn a_pass_hides_no_later_failure() {
    assert_eq!(left(&[], "PF"), ["a ... log=\"P1\" eof", "a success #run-1", "a ... log=\"F2\" eof", "a fail #run-2"]);
}

#[test]
fn a_skip_ends_no_failure() {
    assert_eq!(left(&[], "FS"), ["a ... log=\"S2\" eof", "a skip #run-2", "a ... log=\"F1\" eof", "a fail #run-1"]);
    assert_eq!(
        left(&[], "FSP"),
        [
            "a ... log=\"S2\" eof",
            "a skip #run-2",
            "a ... attempt-1/log=\"F1\" eof",
            "a ... log=\"P3\" eof",
            "a success #run-3 #flaky"
        ]
    );
}

#[test]
fn a_test_that_hung_still_does_after_a_skip_and_passes_with_a_pass() {
    let folder = TempDir::new().expect("a folder");
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).expect("it can be written");
        path.to_str().expect("it is UTF-8").to_owned()
    };
    let hung =
        file("hung", &stream([Event::test("a").status(Status::InProgress), Event::test("a").file("log", &b"x"[..])]));
    let (skipped, passed) = (file("skipped", &test("a", Status::Skip)), file("passed", &test("a", Status::Success)));
    assert_eq!(
        last_words(&[&hung, &skipped], b""),
        ["a inprogress", "a inprogress", "a skip", "a inprogress", "a ... log=\"x\""]
    );
    assert_eq!(
        last_words(&[&hung, &passed], b""),
        [
            "a inprogress",
            "a inprogress",
            "a ... attempt-1/log=\"x\"",
            "a ... attempt-1/outcome=\"inprogress\" (text/plain;charset=utf8) eof",
            "a success #flaky"
        ]
    );
}

#[test]
fn routes_and_profiles_tell_tests_apart() {
    let event = |status, tag, code| Event::test("a").status(status).tags([tag]).route_code(code);
    let input = stream([
        event(Status::Fail, "py310", "web"),
        event(Status::Success, "py311", "db"),
        event(Status::Success, "py311", "web"),
    ]);
    let [fail, other, good] = ["a fail #py310 /web", "a success #py311 /db", "a success #py311 /web"];
    let flaky = |code| {
        let failed = format!("a ... /{code} attempt-1/outcome=\"fail\" (text/plain;charset=utf8) eof");
        [failed, format!("a success #py311 #flaky /{code}")]
    };
    let [failed, passes] = flaky("web");
    assert_eq!(last_words(&[], &input), [other, &failed, &passes]);
    let [failed_there, passes_there] = flaky("db");
    assert_eq!(last_words(&["--any-route"], &input), [&failed_there, &passes_there, good]);
    assert_eq!(last_words(&["--profile", "py310,py311"], &input), [other, good, fail]);
    assert_eq!(last_words(&["--profile", "py312"], &input), [other, &failed, &passes]);
}

#[test]
fn without_routes_no_test_is_left_running_on_one() {
    let input = stream([
        Event::test("a").status(Status::InProgress).route_code("web"),
        Event::test("a").status(Status::Fail).route_code("web"),
        Event::test("a").status(Status::InProgress).route_code("db"),
        Event::test("a").status(Status::Success).route_code("db"),
    ]);
    assert_eq!(
        last_words(&["--any-route"], &input),
        [
            "a ... /db attempt-1/outcome=\"fail\" (text/plain;charset=utf8) eof",
            "a inprogress /db",
            "a success #flaky /db"
        ]
    );
    assert_eq!(last_words(&[], &input).len(), 4, "on two routes, these are two tests");
}

#[test]
fn good_results_text_and_damage_pass_byte_for_byte() {
    for seed in 0..40 {
        let good = stream(run(60, seed));
        let first = bytes(&[], &good);
        let (mut expected, mut got) = (printed::lines(&good), printed::lines(&first));
        expected.sort_unstable();
        got.sort_unstable();
        assert_eq!(got, expected, "seed {seed}: nothing is lost and nothing made up");
        assert_eq!(bytes(&[], &first).len(), first.len(), "seed {seed}: the last word stays the last word");
    }
    let torn = with_flip(packet(&Event::test("b").status(Status::Success)), 7, 1);
    let finished =
        run_to_end(tool("subunit-attempts").command(["--no-passthrough"]), &[b"text\n".to_vec(), torn].concat());
    let lines = printed::lines(&finished.stdout);
    assert!(lines.iter().any(|line| line.starts_with("subunit.parser fail")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains("stdout=")), "{lines:?}");
}

#[test]
fn attempts_of_many_tests_do_not_mix() {
    let mut random = Random::new(7);
    let mut events = Vec::new();
    for attempt in 0..3 {
        let mut ids: Vec<usize> = (0..50).collect();
        while !ids.is_empty() {
            let id = ids.swap_remove(random.below(ids.len()));
            let status = if id % 3 == attempt { Status::Success } else { Status::Fail };
            events.push(
                Event::test(format!("t{id}")).file("log", format!("{id}.{attempt}").into_bytes()).eof().status(status),
            );
        }
    }
    let lines = last_words(&[], &stream(events));
    for id in 0..50 {
        let good = lines.iter().position(|line| line.starts_with(&format!("t{id} success"))).expect("it passed once");
        let attached = |attempt| format!("t{id} ... attempt-{}/log=\"{id}.{attempt}\" eof", attempt + 1);
        for attempt in 0..id % 3 {
            assert!(lines[..good].contains(&attached(attempt)), "t{id} has the log of attempt {attempt}");
        }
        let last = lines.iter().rfind(|line| line.starts_with(&format!("t{id} "))).expect("it has packets");
        assert_eq!(last.contains(" fail"), id % 3 < 2, "t{id}: {last}");
    }
}

#[test]
fn a_result_leaves_as_soon_as_it_is_good() {
    let mut live = Pipeline::new([tool("subunit-attempts").command([""; 0])]).start();
    let (fail, pass) = (test("a", Status::Fail), packet(&Event::test("a").status(Status::Success)));
    live.write(&fail);
    let running = packet(&Event::test("a").status(Status::InProgress));
    live.read_until(|seen| seen == running);
    live.write(&pass);
    let flaky = packet(&Event::test("a").status(Status::Success).tags(["flaky"]));
    live.read_until(|seen| seen.ends_with(&flaky));
    live.close_input();
    live.finish().assert().code(0);
}

#[test]
fn a_name_that_fills_a_packet_is_cut() {
    let failed = Event::test("a").file("n".repeat(MAX_LENGTH - 40), &b"x"[..]).status(Status::Fail);
    let input = [packet(&failed), packet(&Event::test("a").status(Status::Success))].concat();
    let lines = last_words(&[], &input);
    assert_eq!(lines.len(), 2, "{} lines", lines.len());
    assert!(lines[0].starts_with("a ... attempt-1/nnnn") && lines[0].len() < 300, "{} bytes", lines[0].len());
    assert_eq!(lines[1], "a success #flaky");
}
