//! subunit-trace.

mod live;
mod os_testr;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use subunit_codec::{Event, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::Pipeline;
use testkit::stream::{at, packet, stream, test, with_flip};

use crate::every_tool::tool;
use crate::tool::{DEADLINE, peak_memory, trouble};

/// The command, whatever the environment of the tests has.
fn command(args: &[&str]) -> Command {
    let mut command = tool("subunit-trace").command(args);
    command.env_remove("TRACE_FAILONLY").env_remove("NO_COLOR");
    command
}

fn trace(args: &[&str], input: &[u8]) -> Finished {
    run_to_end(command(args), input)
}

/// What is shown, without the summary.
#[track_caller]
fn shown(args: &[&str], input: &[u8]) -> String {
    let finished = trace(&[&["--no-summary"], args].concat(), input);
    assert_eq!(finished.stderr, [""], "there is nothing to complain of");
    finished.text().to_owned()
}

/// A test that began and ended then, in seconds.
fn timed(id: &'static str, status: Status, start: u32, stop: u32) -> Vec<u8> {
    let event = || Event::test(id);
    stream([event().status(Status::InProgress).at(at(start, 0)), event().status(status).at(at(stop, 0))])
}

/// A test with an attachment of this name.
fn with_file(id: &'static str, status: Status, name: &'static str, content: &[u8]) -> Vec<u8> {
    let file = Event::test(id).file(name, content.to_vec()).mime_type("text/plain").eof();
    stream([file, Event::test(id).status(status)])
}

#[test]
fn workers_have_numbers_routes_or_both() {
    let ran_by = |route: Option<&'static str>, tags: &[&'static str]| {
        let event = Event::test("a").status(Status::Success).tags(tags.iter().copied());
        packet(&Event { route_code: route.map(Into::into), ..event })
    };
    let input = [
        ran_by(None, &[]),
        ran_by(None, &["worker-10", "slow"]),
        ran_by(Some("web"), &["worker-web", "worker-0"]),
        ran_by(Some("web"), &["slow"]),
        ran_by(Some("a\nb"), &[]),
    ];
    let finished = trace(&[], &input.concat());
    let lines = "{0} a [] ... ok\n{10} a [] ... ok\n{web/0} a [] ... ok\n{web} a [] ... ok\n{a\\nb} a [] ... ok\n";
    assert!(finished.text().starts_with(lines), "{}", finished.text());
    let balance = " - Worker 0 (1 tests) => N/A\n - Worker 10 (1 tests) => N/A\n - Worker a\\nb (1 tests) => N/A\n \
                   - Worker web (1 tests) => N/A\n - Worker web/0 (1 tests) => N/A\n";
    assert!(finished.text().ends_with(balance), "{}", finished.text());
}

#[test]
fn durations_that_are_not_known_are_left_empty() {
    assert_eq!(shown(&[], &timed("a", Status::Success, 5, 7)), "{0} a [2.000000s] ... ok\n");
    assert_eq!(shown(&[], &timed("a", Status::Success, 7, 5)), "{0} a [] ... ok\n", "the clock stepped back");
    assert_eq!(
        shown(&[], &test("a", Status::Fail)),
        "{0} a [] ... FAILED\n\nNo tests were successful during the run\n"
    );
}

#[test]
fn parameters_of_a_test_stay_and_the_number_of_tempest_goes() {
    let number = "test[id-2be020a2-5fdd-423d-8d35-a7ffbc36e9f7]";
    let input = [test(number, Status::Success), test("test[a-1]", Status::Success)].concat();
    assert_eq!(shown(&[], &input), "{0} test [] ... ok\n{0} test[a-1] [] ... ok\n");
}

#[test]
fn good_tests_show_what_they_printed_and_others_all_their_texts() {
    let with = |status, name| shown(&[], &[test("z", Status::Success), with_file("a", status, name, b"x\ny")].concat());
    let texts = |name: &str| format!("\nCaptured {name}:\n{}\n    x\n    y\n", "~".repeat(name.len() + 10));
    for status in [Status::Success, Status::ExpectedFailure] {
        assert!(with(status, "stdout").ends_with(&texts("stdout")));
        assert!(with(status, "stderr").ends_with(&texts("stderr")));
        assert!(with(status, "log").ends_with("ok\n"));
    }
    for status in [Status::Fail, Status::UnexpectedSuccess] {
        assert!(with(status, "log").ends_with(&texts("log")));
    }
    assert!(with(Status::Skip, "stdout").ends_with("SKIPPED\n"));
    let all = |status, name| shown(&["--all-attachments"], &with_file("a", status, name, b"x\ny"));
    assert!(all(Status::Success, "log").ends_with(&texts("log")));
    assert!(all(Status::Skip, "log").contains(&texts("log")));
    let reason = shown(&["--all-attachments"], &with_file("a", Status::Skip, "reason", b"x\ny"));
    assert!(reason.starts_with("{0} a ... SKIPPED: x\\ny\n\nNo tests"), "{reason}");
}

#[test]
fn attachments_that_are_not_text_or_hold_nothing_are_not_shown() {
    let file = |name: &'static str, mime_type: &'static str, content: &[u8]| {
        packet(&Event::test("a").file(name, content.to_vec()).mime_type(mime_type).eof())
    };
    let input = [
        file("shot", "image/png", b"\x89PNG"),
        file("empty", "text/plain", b""),
        file("log:''", "text/plain; charset=latin-1", b"caf\xe9"),
        test("a", Status::Fail),
    ];
    let text = "{0} a [] ... FAILED\n\nCaptured log:\n~~~~~~~~~~~~~\n    café\n";
    assert!(shown(&[], &input.concat()).starts_with(text));
}

#[test]
fn a_reason_is_on_the_line_of_its_test() {
    let skip = |reason: &[u8]| {
        shown(&[], &[test("z", Status::Success), with_file("a", Status::Skip, "reason", reason)].concat())
    };
    assert!(skip(b" no db\n").ends_with("{0} a ... SKIPPED: no db\n"));
    assert!(skip(b"no\n{0} b [] ... ok").ends_with("{0} a ... SKIPPED: no\\n{0} b [] ... ok\n"));
    assert!(skip(&[b'x'; 5000]).ends_with("xxx [... 904 more bytes]\n"));
}

#[test]
fn unfinished_tests_come_last_in_the_order_in_which_they_began() {
    let input = [
        packet(&Event::test("b").status(Status::InProgress)),
        packet(&Event::test("a").status(Status::InProgress)),
        packet(&Event::test("b").file("log", &b"half"[..]).mime_type("text/plain")),
        test("c", Status::Success),
    ]
    .concat();
    let half = "\nCaptured log:\n~~~~~~~~~~~~~\n    half\n";
    assert_eq!(
        shown(&[], &input),
        format!("{{0}} c [] ... ok\n{{0}} b [] ... inprogress\n{half}{{0}} a [] ... inprogress\n")
    );
    assert_eq!(shown(&["--failonly"], &input), format!("{{0}} b [] ... inprogress\n{half}{{0}} a [] ... inprogress\n"));
    assert_eq!(shown(&["-a"], &input), ".ii");
    let finished = trace(&["-n"], &input);
    assert_eq!(finished.code(), 1, "they count as failures");
    assert!(finished.text().contains(" - Failed: 0\n - Unfinished: 2\n"), "{}", finished.text());
}

#[test]
fn failures_are_shown_again_with_unfinished_tests_and_damage() {
    let corrupt = with_flip(packet(&Event::test("c").file("f", vec![b'x'; 300])), 100, 1);
    let input = [
        with_file("a", Status::Fail, "traceback", b"boom"),
        corrupt,
        test("b", Status::Success),
        with_file("process-returncode", Status::Fail, "traceback", b"exit status 1"),
        packet(&Event::test("h").status(Status::InProgress)),
    ]
    .concat();
    let rule = "=".repeat(30);
    let again = format!(
        "\n{rule}\nFailed 3 tests - output below:\n{rule}\n\na\n-\n\nCaptured traceback:\n~~~~~~~~~~~~~~~~~~~\n    boom\n\n\
         subunit.parser\n--------------\n\nCaptured Parser Error:\n~~~~~~~~~~~~~~~~~~~~~~\n    \
         REASON\n\nh\n-\n\n"
    );
    let shown = shown(&["-n", "-f"], &input);
    let reason = shown.lines().find(|line| line.contains("bad checksum")).expect("damage has a reason").trim();
    let again = again.replace("REASON", reason);
    let (live, end) = shown.split_at(shown.len().saturating_sub(again.len()));
    assert_eq!(end, again);
    assert_eq!(
        live,
        "{0} a [] ... FAILED\n{0} subunit.parser [] ... FAILED\n{0} b [] ... ok\n{0} h [] ... inprogress\n"
    );
    let finished = trace(&["-f"], &test("a", Status::Success));
    assert!(!finished.text().contains("output below"), "there are none");
}

#[test]
fn the_exit_status_tells_of_failures_and_of_runs_without_a_pass() {
    use Status::{ExpectedFailure, Fail, InProgress, Skip, Success, UnexpectedSuccess};
    for (statuses, code) in [
        (&[Success][..], 0),
        (&[ExpectedFailure], 0),
        (&[Skip, Success], 0),
        (&[Skip], 1),
        (&[Success, Fail], 1),
        (&[Success, UnexpectedSuccess], 1),
        (&[Success, InProgress], 1),
    ] {
        let input: Vec<u8> = statuses.iter().flat_map(|status| test(status.name(), *status)).collect();
        let finished = trace(&[], &input);
        finished.assert().code(code).stderr("");
        let has_none = !statuses.iter().any(|status| matches!(status, Success | ExpectedFailure));
        assert_eq!(
            finished.text().ends_with("\n\nNo tests were successful during the run\n"),
            has_none,
            "{statuses:?}"
        );
    }
}

#[test]
fn a_run_without_tests_fails() {
    let none = "The test run didn't actually run any tests\n";
    for input in [Vec::new(), packet(&Event::test("a").status(Status::Exists))] {
        for args in [&[][..], &["-f", "-a", "--slowest=3"], &["--no-summary"]] {
            trace(args, &input).assert().code(1).stdout(none).stderr("");
        }
    }
    let line = "subunit-trace: no test in the input, and --fail-on-empty is given\n";
    trace(&["--fail-on-empty"], b"").assert().code(1).stdout(none).stderr(line);
    let line = "subunit-trace: standard input: not a subunit stream\n";
    trace(&[], b"half a line").assert().code(1).stdout(format!("half a line\n{none}")).stderr(line);
}

#[test]
fn only_failures_are_shown_if_an_option_or_the_environment_asks_for_it() {
    let input = ["a", "b"].map(|id| test(id, Status::Success)).concat();
    let input = [input, test("c", Status::Skip), test("d", Status::Fail)].concat();
    assert_eq!(shown(&["--failonly"], &input), "{0} d [] ... FAILED\n");
    assert_eq!(shown(&["-a", "--failonly"], &input), "F");
    let mut command = command(&["--no-summary"]);
    command.env("TRACE_FAILONLY", "");
    assert_eq!(run_to_end(command, &input).text(), "{0} d [] ... FAILED\n");
}

#[test]
fn lines_never_continue_text_and_never_hold_control_characters() {
    let input = [b"half".to_vec(), test("a\n\x1b[2J", Status::Success), b"\x1b[1mtext".to_vec()].concat();
    assert_eq!(shown(&[], &input), "half\n{0} a\\n\\x1b[2J [] ... ok\n\x1b[1mtext");
    assert_eq!(shown(&["--no-passthrough"], &input), "{0} a\\n\\x1b[2J [] ... ok\n");
    let failed = with_file("a\n", Status::Fail, "log\n", b"\x1b[1mtext");
    let captured = "\nCaptured log\\n:\n~~~~~~~~~~~~~~~\n    \x1b[1mtext\n";
    assert!(shown(&["-n", "-f"], &failed).contains(&format!("\na\\n\n---\n{captured}")));
}

#[test]
fn colour_is_for_terminals_unless_it_is_asked_for() {
    let input = [test("a", Status::Success), test("b", Status::Fail), test("c", Status::Skip)].concat();
    let plain = "{0} a [] ... ok\n{0} b [] ... FAILED\n{0} c ... SKIPPED\n";
    for args in [&[][..], &["--color"], &["--color=auto"], &["--color=never"]] {
        assert_eq!(shown(args, &input), plain, "{args:?}");
    }
    let colored =
        "{0} a [] ... \x1b[32;1mok\x1b[0m\n{0} b [] ... \x1b[31;1mFAILED\x1b[0m\n{0} c ... \x1b[34;1mSKIPPED\x1b[0m\n";
    assert_eq!(shown(&["--color=always"], &input), colored);
    assert_eq!(shown(&["--color", "-n"], &input), plain, "a value needs its sign");
}

/// A file in a folder of its own.
fn file_of(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("run.subunit");
    fs::write(&path, content).expect("there is room for a file");
    (folder, path)
}

#[test]
fn changes_in_duration_are_those_since_another_run() {
    let before = [timed("a", Status::Success, 0, 2), timed("b", Status::Fail, 0, 2), timed("c", Status::Success, 0, 4)];
    let (_folder, before) = file_of(&before.concat());
    let before = before.to_str().expect("it is text");
    let input = ["a", "b", "c", "new"].map(|id| timed(id, Status::Success, 0, 3)).concat();
    let line = |id: &str, change: &str| format!("{{0}} {id} [3.000000s{change}] ... ok\n");
    let plain = line("b", "") + &line("c", " -25.00%") + &line("new", "");
    assert_eq!(shown(&["-d", "--against", before], &input), line("a", " +50.00%") + &plain);
    let high = line("a", " +50.00%") + &line("b", "") + &line("c", "") + &line("new", "");
    assert_eq!(shown(&["-d", "-t", "25.01", "--against", before], &input), high);
    assert_eq!(shown(&["--perc", "--diff=-50", "--against", before], &input), high, "abbreviated, without the sign");
    assert!(!shown(&["--against", before], &input).contains('%'), "only if it is asked for");
    let nothing = trace(&["-d"], &input);
    let line = "subunit-trace: --perc-diff has nothing to compare with: give --against RUN\n";
    nothing.assert().code(0).stderr(line);
    for (name, cause) in [("/nonexistent", "/nonexistent: No such file or directory"), ("/usr", "/usr: Is a directory")]
    {
        assert_eq!(trouble("subunit-trace", &trace(&["--against", name], &input)), cause);
    }
    let (_folder, text) = file_of(b"no stream");
    let text = text.to_str().expect("it is text");
    assert_eq!(trouble("subunit-trace", &trace(&["--against", text], b"")), format!("{text}: not a subunit stream"));
}

#[test]
fn the_slowest_tests_are_listed_if_they_are_asked_for() {
    let input =
        [timed("a", Status::Success, 0, 2), timed("b", Status::Skip, 0, 5), timed("c", Status::Success, 0, 4)].concat();
    let title = "\n=============\nSlowest Tests\n=============\n";
    let rows = "skip             5.000  -                b\nsuccess          4.000  -                c\n";
    assert!(trace(&["--slowest", "2"], &input).text().ends_with(&format!("=> 0:00:04\n{title}{rows}")));
    assert!(shown(&["--slowest", "2"], &input).ends_with(&format!("ok\n{title}{rows}")), "without the rest, too");
    for args in [&[][..], &["--slowest=0"]] {
        assert!(!trace(args, &input).text().contains("Slowest"), "{args:?}");
    }
    assert!(!trace(&["--slowest=3"], &test("a", Status::Success)).text().contains("Slowest"), "none is known");
}

#[test]
fn wrong_values_are_refused() {
    for (args, line) in [
        (
            ["--idle", "soon"],
            "invalid value 'soon' for '--idle <TIME>': not a duration such as 90, 1.5s, 500ms, 10m or 2h",
        ),
        (["--idle", "-1"], "invalid value '-1' for '--idle <TIME>': not a duration such as 90, 1.5s, 500ms, 10m or 2h"),
        (["-t", "much"], "invalid value 'much' for '--diff-threshold <N>': not a number"),
        (["--slowest", "-1"], "invalid value '-1' for '--slowest <N>': not a whole number"),
        (["-n", "--fail"], "ambiguous option: --fail (--fail-on-empty, --failonly, --fails?)"),
    ] {
        let finished = trace(&args, b"");
        assert_eq!(trouble("subunit-trace", &finished), format!("{line}; see --help"));
    }
}

/// How long a test had been silent whenever it was named, in tenths of a second.
fn silences(output: &[u8]) -> Vec<u32> {
    let output = String::from_utf8_lossy(output);
    let lines = output.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let silence = |line: &str| {
        let (seconds, rest) = line.strip_prefix("idle ")?.split_once(" s: web/worker-2 m.C.hang (running ")?;
        assert!(rest.ends_with(" s)\n"), "{line}");
        seconds.replace('.', "").parse().ok()
    };
    lines.filter_map(silence).collect()
}

#[test]
fn a_silent_test_is_named_again_and_again_while_it_is_silent() {
    let mut live = Pipeline::new([command(&["--idle", "200ms"])]).deadline(DEADLINE).start();
    let hang = || Event::test("m.C.hang").route_code("web");
    live.write(&packet(&hang().status(Status::InProgress).tags(["worker-2"])));
    live.write(&test("m.C.ok", Status::Success));
    let output = live.read_until(|output| silences(output).iter().any(|silence| *silence >= 16));
    // A busy machine may miss some.
    let seen = silences(output);
    assert!(seen.is_sorted() && seen.iter().all(|silence| [2, 4, 8, 16, 32, 64].contains(silence)), "{seen:?}");
    live.write(&packet(&hang().file("log", &b"alive"[..])));
    live.read_until(|output| silences(output).windows(2).any(|pair| pair[1] < pair[0]));
    live.write(&packet(&hang().status(Status::Success)));
    let finished = live.finish();
    finished.assert().code(0).stderr("");
    assert!(!finished.text().contains("m.C.ok (running"), "a test that is over is not silent");
}

#[test]
fn what_waits_for_the_end_is_not_kept_in_memory() {
    const MOST: usize = 24 << 20;
    let failure =
        with_file("a", Status::Fail, "traceback", &"a line of a long traceback\n".repeat(1 << 16).into_bytes());
    let mut live = Pipeline::new([command(&["-n", "-f", "--no-summary"])]).start();
    (0..40).for_each(|_| live.write(&failure));
    live.write(&test("marker", Status::Fail));
    live.read_until(|output| String::from_utf8_lossy(output).contains("marker"));
    let most = peak_memory(live.process_ids()[0]);
    assert!(most < MOST, "{most} bytes of memory for {} bytes of failures", 40 * failure.len());
    let finished = live.finish();
    assert_eq!(finished.text().matches("    a line of a long traceback\n").count(), 40 << 16, "all of them are shown");
}

#[test]
fn attachments_of_tests_that_never_had_a_status_take_no_memory_forever() {
    let late = |number: usize| packet(&Event::test(format!("late-{number}")).file("log", vec![b'x'; 4000]));
    let input: Vec<u8> = (0..10_000).flat_map(late).chain(test("a", Status::Success)).collect();
    let mut live = Pipeline::new([command(&["--no-summary"])]).start();
    live.write(&input);
    live.read_until(|output| output.ends_with(b"ok\n"));
    assert!(peak_memory(live.process_ids()[0]) < 32 << 20);
    assert_eq!(live.finish().code(), 0);
}

/// How long a test may take to see something that should not come.
const A_WHILE: Duration = Duration::from_millis(400);
