//! What every tool does when a signal asks it to stop.

use std::fs;
use std::io::{self, PipeReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::ioctl_fionread;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use subunit_codec::{Event, PARSER_TEST_ID, Status};
use testkit::finished::run_to_end;
use testkit::items::{decode, packets};
use testkit::pipeline::{Live, Pipeline};
use testkit::stream::{packet, stream, test};

use crate::every_tool::{contains, live, takers_of_text, tool};
use crate::folder::Folder;
use crate::printed;
use crate::tool::{DEADLINE, Tool, Writes, assert_silent};

const STOPPING: [(Signal, i32); 3] = [(Signal::HUP, 129), (Signal::INT, 130), (Signal::TERM, 143)];

/// Each takes a second or more, and next to no processor: all run at once.
fn at_once<T: Send>(cases: impl IntoIterator<Item = T>, run: impl Fn(T) + Sync) {
    thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> = cases.into_iter().map(|case| scope.spawn(move || run(case))).collect();
        for thread in threads {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
}

fn every_live_tool_and_signal() -> impl Iterator<Item = (&'static Tool, Signal, i32)> {
    live().flat_map(|tool| STOPPING.map(|(signal, code)| (tool, signal, code)))
}

fn process(id: u32) -> Pid {
    Pid::from_raw(id.cast_signed()).expect("process ids are not 0")
}

/// Sends a signal to the last command of a pipeline.
fn signal(live: &Live, signal: Signal) {
    let id = *live.process_ids().last().expect("there is a command");
    kill_process(process(id), signal).expect("the process is there");
}

/// Whether nothing runs under this number any more. Whoever inherits a process collects it in its
/// own time.
fn is_gone(id: u32) -> bool {
    let is_zombie = || fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| stat.contains(") Z "));
    test_kill_process(process(id)).is_err() || is_zombie()
}

/// Waits until a file has a line.
fn wait_for(folder: &Folder, name: &str) {
    let since = Instant::now();
    while !fs::read(folder.path(name)).is_ok_and(|bytes| bytes.ends_with(b"\n")) {
        assert!(since.elapsed() < DEADLINE, "{name} never came");
        thread::sleep(Duration::from_millis(10));
    }
}

#[track_caller]
fn assert_gone(folder: &Folder, name: &str) {
    let id = String::from_utf8(folder.read(name)).expect("it is text").trim().parse().expect("it is a number");
    let since = Instant::now();
    while !is_gone(id) {
        assert!(since.elapsed() < Duration::from_secs(2), "{id} was left running");
        thread::sleep(Duration::from_millis(10));
    }
}

#[track_caller]
fn assert_whole(tool: &Tool, output: &[u8]) {
    match tool.writes {
        Writes::Subunit => assert_eq!(printed::strays(output), [""; 0], "{} writes whole packets", tool.name),
        Writes::Copy => {
            let whole = packets(&decode(output)).concat().len();
            assert_eq!(whole, output.len(), "{} copies whole packets", tool.name);
        }
        Writes::Version1 => {
            // Half a packet at the end of the input is a report of damage.
            let reports = String::from_utf8_lossy(output).matches(&format!("test: {PARSER_TEST_ID}\n")).count();
            let listed = run_to_end(crate::every_tool::tool("subunit-ls").command(["--status=fail"]), output);
            assert_eq!(listed.text().matches(PARSER_TEST_ID).count(), reports, "{} writes whole tests", tool.name);
        }
        Writes::Files => assert!(output.is_empty(), "{} writes files alone", tool.name),
        Writes::Drawing => assert!(output.ends_with(b"]}\n"), "{} writes whole JSON", tool.name),
        Writes::Json | Writes::Report => {
            // Half a packet at the end of the input is a report of damage, and text.
            let lines = output.split_inclusive(|byte| *byte == b'\n');
            let mut lines = lines.take_while(|line| !line.starts_with(PARSER_TEST_ID.as_bytes()));
            assert!(lines.all(|line| line.ends_with(b"\n")), "{} writes whole lines", tool.name);
        }
    }
}

/// Each tool with one of the signals, for what takes a processor too.
fn every_tool_and_some_signal() -> impl Iterator<Item = (&'static Tool, Signal, i32)> {
    let signals = STOPPING.into_iter().cycle();
    takers_of_text().zip(signals).map(|(tool, (signal, code))| (tool, signal, code))
}

/// So much that no pipe holds what any tool makes of it.
fn more_than_pipes_hold() -> Vec<u8> {
    let id = "long".repeat(300);
    stream((0..3000).map(|number| Event::test(format!("{number}{id}")).status(Status::Success)))
}

#[test]
fn a_signal_ends_an_input_that_waits() {
    at_once(every_live_tool_and_signal(), |(tool, number, code)| {
        let mut live = Pipeline::new([tool.usual([""; 0])]).deadline(DEADLINE).start();
        live.write(&test("before", Status::Success));
        live.read_until(|output| contains(output, b"before"));
        signal(&live, number);
        thread::sleep(Duration::from_millis(200));
        live.write(&test("last-words", Status::Success));
        live.read_to_end();
        let finished = live.finish();
        finished.assert().code(code).stderr("");
        assert_whole(tool, &finished.stdout);
        assert!(contains(&finished.stdout, b"last-words"), "{} reads what comes within a second", tool.name);
    });
}

#[test]
fn a_signal_ends_an_input_that_flows() {
    let folder = Folder::new();
    folder.write("some", &stream((0..50).map(|number| Event::test(format!("t{number}")).status(Status::Success))));
    let cases = every_tool_and_some_signal().filter(|(tool, ..)| !tool.writes_at_end);
    at_once(cases, |(tool, number, code)| {
        let mut endless = Command::new("sh");
        let script = "trap '' INT TERM HUP; while :; do cat some || exit; sleep 0.05; done";
        endless.args(["-c", script]).current_dir(folder.path(""));
        let mut live = Pipeline::new([endless, tool.usual([""; 0])]).deadline(DEADLINE).start();
        live.read_until(|output| contains(output, b"t49"));
        signal(&live, number);
        live.read_to_end();
        let finished = live.finish();
        assert_eq!(finished.code(), code, "{}", tool.name);
        assert_whole(tool, &finished.stdout);
    });
}

#[test]
fn a_signal_does_not_tear_what_waits_for_a_reader() {
    let input = more_than_pipes_hold();
    at_once(every_tool_and_some_signal(), |(tool, number, code)| {
        let (mut reader, writer) = io::pipe().expect("there is a pipe");
        let live = Pipeline::new([tool.usual([""; 0])]).deadline(DEADLINE).output(writer).start();
        live.write(&input);
        thread::sleep(Duration::from_millis(500));
        signal(&live, number);
        thread::sleep(Duration::from_millis(1500));
        let mut output = Vec::new();
        reader.read_to_end(&mut output).expect("a pipe can be read");
        let finished = live.finish();
        finished.assert().code(code).stderr("");
        assert!(output.len() > 1 << 16, "{} waited for its reader", tool.name);
        assert_whole(tool, &output);
    });
}

#[test]
fn a_signal_ends_other_formats_as_if_they_were_cut_off() {
    let hung = |id: &str| stream([Event::test(id.to_owned()).status(Status::InProgress)]);
    let cases = [
        ("gojson2subunit", &[][..], &br#"{"Action":"run","Package":"p","Test":"TestHang"}"#[..], "fail p.TestHang"),
        ("junitxml2subunit", &["-"], b"<testsuite><testcase name='hangs'><failure>", "fail hangs"),
        ("json2subunit", &[], b"{\"test_id\":\"hangs\",\"test_status\":\"inprogress\"}", "inprogress hangs"),
        ("subunit2perfetto", &[], &hung("hangs"), ""),
        ("subunit2markdown", &[], &hung("hangs"), "1 unfinished"),
    ];
    at_once(cases.into_iter().zip(STOPPING.into_iter().cycle()), |((name, args, input, told), (number, code))| {
        let live = Pipeline::new([tool(name).command(args)]).deadline(DEADLINE).start();
        live.write(input);
        thread::sleep(Duration::from_secs(1));
        signal(&live, number);
        let finished = live.finish();
        assert_eq!(finished.code(), code, "{name}");
        let said = match tool(name).writes {
            Writes::Subunit => run_to_end(tool("subunit-ls").command(["-l"]), &finished.stdout).stdout,
            _ => finished.stdout,
        };
        let said = String::from_utf8(said).expect("it is text").split_whitespace().collect::<Vec<_>>().join(" ");
        let said = said.replace(" - -", "");
        assert!(said.contains(told), "{name} tells of the test that hangs: {said}");
    });
}

#[test]
fn a_second_signal_ends_a_tool_at_once() {
    let input = more_than_pipes_hold();
    at_once(every_tool_and_some_signal(), |(tool, number, _)| {
        let (_reader, writer) = io::pipe().expect("there is a pipe");
        let live = Pipeline::new([tool.usual([""; 0])]).deadline(DEADLINE).output(writer).start();
        live.write(&input);
        thread::sleep(Duration::from_millis(500));
        signal(&live, number);
        thread::sleep(Duration::from_millis(200));
        let since = Instant::now();
        signal(&live, number);
        let finished = live.finish();
        assert_eq!(finished.statuses[0].signal(), Some(number.as_raw()), "{}", tool.name);
        assert!(since.elapsed() < Duration::from_secs(8), "{} waits for nobody", tool.name);
    });
}

#[test]
fn a_signal_that_comes_twice_at_once_is_one() {
    at_once(live(), |tool| {
        let mut live = Pipeline::new([tool.usual([""; 0])]).deadline(DEADLINE).start();
        live.write(&test("before", Status::Success));
        live.read_until(|output| contains(output, b"before"));
        // As `timeout` does: to its command, and then to the group of both.
        signal(&live, Signal::TERM);
        signal(&live, Signal::TERM);
        live.read_to_end();
        assert_eq!(live.finish().code(), 143, "{}", tool.name);
    });
}

#[test]
fn a_signal_that_was_ignored_from_the_start_stays_so() {
    at_once(every_live_tool_and_signal(), |(tool, number, _)| {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' HUP INT TERM; exec \"$0\" \"$@\" 2>&1", tool.path]).args(tool.usual_args());
        let mut live = Pipeline::new([command]).deadline(DEADLINE).start();
        live.write(&test("before", Status::Success));
        live.read_until(|output| contains(output, b"before"));
        signal(&live, number);
        thread::sleep(Duration::from_millis(1500));
        live.write(&test("after", Status::Success));
        live.read_until(|output| contains(output, b"after"));
        assert_eq!(live.finish().code(), 0, "{}", tool.name);
    });
}

/// The tools that run commands, each with a command that says that it runs, and then goes on as
/// `script` does, in a shell.
fn with_command(script: &str) -> [(&'static str, Command); 3] {
    let script = format!("echo ok 1; {script}");
    [
        ("subunit-exec", ["--", "sh", "-c", &script].map(String::from).to_vec()),
        ("subunit-mux", ["-c", &script].map(String::from).to_vec()),
        ("tap2subunit", ["--", "sh", "-c", &script].map(String::from).to_vec()),
    ]
    .map(|(name, args)| (name, tool(name).command(args)))
}

/// Waits until nothing more gets into a pipe that nobody reads.
fn wait_until_full(pipe: &PipeReader) {
    let (mut before, mut unchanged) = (0, 0);
    while unchanged < 4 {
        thread::sleep(Duration::from_millis(500));
        let count = ioctl_fionread(pipe).expect("a pipe can be asked");
        unchanged = if count > 1 << 15 && count == before { unchanged + 1 } else { 0 };
        before = count;
    }
}

/// How a tool ends whose command and reader are of this kind, when one signal comes: after how
/// long, and with which status.
fn end(folder: &Folder, name: &str, mut command: Command, is_read: bool, number: Signal) -> (Duration, Option<i32>) {
    let (reader, writer) = io::pipe().expect("there is a pipe");
    let input = more_than_pipes_hold();
    folder.write("long", &input);
    command.current_dir(folder.path(""));
    let live = Pipeline::new([command]).deadline(3 * DEADLINE).output(writer).start();
    live.write(&input);
    if !is_read {
        wait_until_full(&reader);
    }
    let mut kept = Some(reader);
    if is_read && let Some(mut reader) = kept.take() {
        thread::spawn(move || reader.read_to_end(&mut Vec::new()));
    }
    thread::sleep(Duration::from_millis(700));
    let since = Instant::now();
    signal(&live, number);
    let finished = live.finish();
    drop(kept);
    let status = finished.statuses[0];
    assert!(status.code() != Some(2), "{name}: {:?}", finished.stderr);
    (since.elapsed(), status.code().or(status.signal().map(|signal| 128 + signal)))
}

#[test]
fn ten_seconds_after_a_signal_a_tool_ends_whatever_holds_it_up() {
    let stubborn = "trap '' HUP INT TERM; echo $$ > pid; sleep 60";
    let stubborn_child = "(trap '' HUP INT TERM; sh -c 'echo $PPID > pid'; sleep 60 >/dev/null 2>&1) & wait";
    let mut cases: Vec<(String, Command, bool, bool)> = Vec::new();
    for tool in live() {
        cases.push((format!("{} whose reader has stopped", tool.name), tool.usual([""; 0]), false, false));
    }
    for (script, is_read) in [(stubborn, true), (stubborn_child, true), ("cat long; :", false)] {
        for (name, command) in with_command(script) {
            cases.push((format!("{name} that runs {script}"), command, is_read, is_read));
        }
    }
    at_once(cases, |(name, command, is_read, has_pid)| {
        let folder = Folder::new();
        let (time, code) = end(&folder, &name, command, is_read, Signal::INT);
        assert_eq!(code, Some(130), "{name}");
        assert!((9..14).contains(&time.as_secs()), "{name} ends after {time:?}");
        if has_pid {
            assert_gone(&folder, "pid");
        }
    });
}

#[test]
fn a_second_signal_kills_the_commands() {
    let script = "trap '' HUP INT TERM; sleep 60 & echo $! > pid; wait; sleep 60";
    at_once(
        with_command(script).into_iter().flat_map(|(name, _)| STOPPING.map(|(number, _)| (name, number))),
        |(name, number)| {
            let folder = Folder::new();
            let (_, mut command) =
                with_command(script).into_iter().find(|(other, _)| *other == name).expect("it is there");
            command.current_dir(folder.path(""));
            let live = Pipeline::new([command]).deadline(DEADLINE).start();
            wait_for(&folder, "pid");
            signal(&live, number);
            thread::sleep(Duration::from_millis(200));
            assert!(!is_gone(live.process_ids()[0]), "{name} gives its command time");
            signal(&live, number);
            assert_eq!(live.finish().statuses[0].signal(), Some(number.as_raw()), "{name}");
            assert_gone(&folder, "pid");
        },
    );
}

#[test]
fn no_signal_leaves_commands_behind() {
    let others = [Signal::QUIT, Signal::USR1, Signal::USR2, Signal::ALARM];
    let cases = others.into_iter().chain(STOPPING.map(|(number, _)| number));
    let cases = cases.flat_map(|number| {
        with_command("sleep 60 & echo $! > pid; wait").map(|(name, command)| (name, command, number))
    });
    at_once(cases, |(name, mut command, number)| {
        let folder = Folder::new();
        command.current_dir(folder.path(""));
        let live = Pipeline::new([command]).deadline(DEADLINE).start();
        wait_for(&folder, "pid");
        signal(&live, number);
        let status = live.finish().statuses[0];
        let code = status.code().or(status.signal().map(|signal| 128 + signal));
        assert_eq!(code, Some(128 + number.as_raw()), "{name}");
        assert_gone(&folder, "pid");
    });
}

#[test]
fn the_test_that_hangs_is_reported_after_ctrl_c() {
    let hung = packet(&Event::test("m.hangs").status(Status::InProgress));
    let input = [test("m.bad", Status::Fail), hung].concat();
    at_once(STOPPING, |(number, code)| {
        let folder = Folder::new();
        folder.write("hang", &input);
        let mux = folder.command(tool("subunit-mux"), &["-c", "cat hang; sleep 60"]);
        let filters = [&[][..], &["-s", "--without", "x"]].map(|args| tool("subunit-filter").command(args));
        let junit = folder.command(tool("subunit2junitxml"), &["-f", "-o", "r.xml"]);
        let stages = [mux].into_iter().chain(filters).chain([junit]);
        let mut live = Pipeline::new(stages).deadline(DEADLINE).start();
        live.read_until(|output| contains(output, b"m.bad"));
        for id in live.process_ids() {
            kill_process(process(id), number).expect("it runs");
        }
        live.read_to_end();
        let finished = live.finish();
        let codes: Vec<_> = finished.statuses.iter().map(ExitStatus::code).collect();
        assert_eq!(codes, [Some(code); 4]);
        assert_silent("the pipeline", &finished);
        let report = String::from_utf8(folder.read("r.xml")).expect("it is text");
        assert!(report.contains("name=\"bad\"") && report.contains("name=\"hangs\""), "{report}");
    });
}

#[test]
fn a_page_is_whole_after_a_signal() {
    let input = [more_than_pipes_hold(), packet(&Event::test("m.hangs").status(Status::InProgress))].concat();
    at_once(STOPPING, |(number, code)| {
        let folder = Folder::new();
        let (reader, mut writer) = io::pipe().expect("there is a pipe");
        let command = folder.command(tool("subunit2html"), &["page.html"]);
        let live = Pipeline::new([command]).input(reader).deadline(DEADLINE).start();
        // More than the pipe holds: the tool reads when this returns.
        writer.write_all(&input).expect("the tool reads");
        signal(&live, number);
        thread::sleep(Duration::from_millis(200));
        writer.write_all(&test("last-words", Status::Success)).expect("the tool reads");
        let finished = live.finish();
        finished.assert().code(code).stderr("");
        let page = String::from_utf8(folder.read("page.html")).expect("it is text");
        assert!(page.contains("<h1>1 of 3,002 tests failed</h1>") && page.contains("[\"m.hangs\",3,"));
        assert!(page.contains("[\"last-words\",6,") && page.ends_with("</html>\n"));
    });
}

#[test]
fn files_behind_the_one_that_a_signal_ends_are_left_out() {
    let folder = Folder::new();
    folder.fifo("silent");
    folder.write("late", &test("never-read", Status::Success));
    at_once(takers_of_text().filter(|tool| tool.reads_files), |tool| {
        let mut command = tool.usual(["silent", "late"]);
        command.current_dir(folder.path(""));
        let live = Pipeline::new([command]).deadline(DEADLINE).start();
        thread::sleep(Duration::from_millis(300));
        signal(&live, Signal::INT);
        let finished = live.finish();
        assert_eq!(finished.code(), 130, "{}", tool.name);
        assert!(!contains(&finished.stdout, b"never-read"), "{}", tool.name);
    });
}

#[test]
fn lists_of_many_tests_make_nothing_up_after_a_signal() {
    let folder = Folder::new();
    folder.write("first", &test("hangs", Status::Success));
    let running = packet(&Event::test("hangs").status(Status::InProgress));
    let input = [test("fails", Status::Fail), running].concat();
    at_once(STOPPING, |(number, code)| {
        let history = folder.command(tool("subunit-history"), &["first", "-", "first"]);
        let mut live = Pipeline::new([history]).deadline(DEADLINE).start();
        live.write(&input);
        thread::sleep(Duration::from_secs(1));
        signal(&live, number);
        live.read_to_end();
        let finished = live.finish();
        assert_eq!(finished.code(), code, "{:?}", finished.stderr);
        let rows: Vec<&str> = finished.text().lines().skip(1).collect();
        assert_eq!(
            rows,
            ["    0  1/1  100%   F                      fails", "    0  0/1    0%  .                       hangs"]
        );
    });
    at_once(STOPPING, |(number, code)| {
        let prefix = format!("{code}.");
        let split = folder.command(tool("subunit-split"), &["-n", "2", "-o", &prefix]);
        let mut live = Pipeline::new([split]).deadline(DEADLINE).start();
        live.write(b"a\nb\n");
        thread::sleep(Duration::from_secs(1));
        signal(&live, number);
        live.read_to_end();
        assert_eq!(live.finish().code(), code);
        assert!(!folder.path(format!("{code}.0")).exists(), "half a list is no list");
    });
    folder.write("list", b"a\nb\n");
    let split = folder.command(tool("subunit-split"), &["-n", "2", "-o", "half.", "--times", "-", "list"]);
    let mut live = Pipeline::new([split]).deadline(DEADLINE).start();
    live.write(&test("a", Status::Success));
    thread::sleep(Duration::from_secs(1));
    signal(&live, Signal::INT);
    live.read_to_end();
    assert_eq!(live.finish().code(), 130);
    assert!(!folder.path("half.0").exists(), "half a run shares out differently");
}
