//! What subunit-output does.

use std::process::Command;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use subunit_codec::{Item, Packet, Protocol, Reader, Timestamp};
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::Pipeline;

use crate::every_tool::{contains, tool};
use crate::folder::Folder;
use crate::printed;
use crate::tool::{DEADLINE, trouble};

fn output(args: &[&str], input: &[u8]) -> Finished {
    run_to_end(tool("subunit-output").command(args), input)
}

/// The packets that it writes, readable and without the time of writing.
#[track_caller]
fn written(args: &[&str], input: &[u8]) -> Vec<String> {
    let args: Vec<&str> = ["--timestamp", "none"].iter().chain(args).copied().collect();
    let finished = output(&args, input);
    finished.assert().code(0).stderr("");
    printed::lines(&finished.stdout)
}

fn times(stream: &[u8]) -> Vec<Option<Timestamp>> {
    let mut times = Vec::new();
    let mut reader = Reader::new(stream, Protocol::V2);
    while let Some(item) = reader.next().expect("a slice can be read") {
        let Item::Packet(packet) = item else { panic!("only packets are written") };
        times.push(Packet::timestamp(&packet));
    }
    times
}

#[test]
fn an_event_is_a_packet() {
    let folder = Folder::new();
    folder.write("f.txt", b"hello");
    let path = folder.path("f.txt");
    let path = path.to_str().expect("it is text");
    for (args, expected) in [
        (
            &["--fail", "a", "--tag", "x", "--attach-file", path, "--mimetype", "text/plain"][..],
            format!("a fail #x {path}=\"hello\" (text/plain) eof"),
        ),
        (&["--exists", "a"], "a exists".into()),
        (&["--inprogress", "a"], "a inprogress".into()),
        (&["--success=a"], "a success".into()),
        (&["--skip", "a"], "a skip".into()),
        (&["--xfail", "a"], "a xfail".into()),
        (&["--uxsuccess", "a"], "a uxsuccess".into()),
        (&["--success", "--x"], "--x success".into()),
        (&["--success", "two\nlines"], "two\nlines success".into()),
        (&["--tag", "x", "--tag", "y"], "- ... #x #y".into()),
        (&["--attach-file", path], format!("- ... {path}=\"hello\" eof")),
        (&["--attach-file", path, "--file-name", ""], format!("- ... {path}=\"hello\" eof")),
        (&["--attach-file", path, "--file-name", "log"], "- ... log=\"hello\" eof".into()),
        (&["--success", "a", "--attach-file", "/dev/null"], "a success /dev/null=\"\" eof".into()),
        (&["--success", "a", "--route-code", "0/1", "--not-runnable"], "a success not-runnable /0/1".into()),
        (&["--success", "a", "--timestamp", "1970-01-01T00:00:05.5Z"], "a success @5.5".into()),
    ] {
        assert_eq!(written(args, b""), [expected], "{args:?}");
    }
}

#[test]
fn a_packet_has_the_time_at_which_it_is_written() {
    let before = Timestamp::now();
    let finished = output(&["--success", "a"], b"");
    let [time] = times(&finished.stdout)[..] else { panic!("one packet") };
    assert!(before <= time && time <= Timestamp::now(), "{time:?}");
}

#[test]
fn what_makes_no_event_is_refused() {
    for (args, line) in [
        (&[][..], "nothing to write: no status, no --tag and no --attach-file; see --help"),
        (&["--route-code", "0"], "nothing to write: no status, no --tag and no --attach-file; see --help"),
        (&["--success", "a", "--fail", "b"], "--success and --fail: only one status can be given; see --help"),
        (&["--skip", "a", "--skip", "b"], "--skip and --skip: only one status can be given; see --help"),
        (&["--success", "a", "extra"], "unexpected argument 'extra' found; see --help"),
        (&["--success", ""], "a value is required for '--success <ID>' but none was supplied; see --help"),
        (&["--success"], "a value is required for '--success <ID>' but none was supplied; see --help"),
        (
            &["--mimetype", "text/plain"],
            "the following required arguments were not provided: --attach-file <FILE>; see --help",
        ),
        (&["--file-name", "a"], "the following required arguments were not provided: --attach-file <FILE>; see --help"),
        (&["--attach-file", "/proc/none/a"], "/proc/none/a: No such file or directory"),
        (
            &["--success", "a", "--timestamp", "now"],
            "invalid value 'now' for '--timestamp <TIME>': not a time in RFC 3339; see --help",
        ),
    ] {
        let finished = output(args, b"");
        assert_eq!(trouble("subunit-output", &finished), line, "{args:?}");
        assert!(finished.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn a_long_file_is_split_and_each_packet_has_its_own_time_and_the_tags() {
    let folder = Folder::new();
    let piece = 3584 << 10;
    for (length, pieces) in [(piece, 1), (piece + 1, 2), (9_000_000, 3)] {
        let content: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
        folder.write("big", &content);
        for (status, place) in [("--success", pieces - 1), ("--inprogress", 0)] {
            let args = [status, "a", "--tag", "x", "--attach-file", "big", "--mimetype", "a/b"];
            let finished = run_to_end(folder.command(tool("subunit-output"), &args), b"");
            finished.assert().code(0).stderr("");
            let lines = printed::lines(&finished.stdout);
            assert_eq!(lines.len(), pieces, "{length} bytes");
            for (index, line) in lines.iter().enumerate() {
                let name = if index == place { &status[2..] } else { "..." };
                assert!(line.starts_with(&format!("a {name} @")) && line.contains(" #x big="), "packet {index}");
                assert_eq!(line.contains("(a/b)"), index == 0, "the type is in the first packet");
                assert_eq!(line.ends_with(" eof"), index == pieces - 1, "packet {index}");
            }
            assert!(times(&finished.stdout).iter().all(Option::is_some));
            assert!(printed::file(&finished.stdout, Some("a"), "big") == content, "the pieces are the file");
        }
    }
}

#[test]
fn a_pipe_is_not_held_back() {
    let args = ["--success", "a", "--attach-file", "-", "--timestamp", "none"];
    let mut live = Pipeline::new([tool("subunit-output").command(args)]).deadline(DEADLINE).start();
    live.write(b"one");
    live.read_until(|output| contains(output, b"one"));
    live.write(b"two");
    live.read_until(|output| contains(output, b"two"));
    let finished = live.finish();
    finished.assert().code(0).stderr("");
    let expected = ["a ... stdin=\"one\"", "a ... stdin=\"two\"", "a success stdin=\"\" eof"];
    assert_eq!(printed::lines(&finished.stdout), expected);
    assert_eq!(written(&["--fail", "a", "--attach-file", "-"], b""), ["a fail stdin=\"\" eof"]);
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_claims_no_verdict() {
    let finished = output(&["--success", "a", "--timestamp", "none", "--attach-file", "/usr"], b"");
    assert_eq!(trouble("subunit-output", &finished), "/usr: Is a directory");
    assert!(finished.stdout.is_empty(), "nothing was read");
}

#[test]
fn a_signal_claims_no_verdict() {
    let args = ["--success", "a", "--attach-file", "-", "--timestamp", "none"];
    let mut live = Pipeline::new([tool("subunit-output").command(args)]).deadline(DEADLINE).start();
    live.write(b"one");
    live.read_until(|output| contains(output, b"one"));
    let id = Pid::from_raw(live.process_ids()[0].cast_signed()).expect("process ids are not 0");
    kill_process(id, Signal::TERM).expect("it runs");
    thread::sleep(Duration::from_millis(100));
    live.read_to_end();
    let finished = live.finish();
    finished.assert().code(143).stderr("");
    assert_eq!(printed::lines(&finished.stdout), ["a ... stdin=\"one\"", "a ... stdin=\"\" eof"]);
}

#[test]
fn a_test_script_in_shell_is_a_run() {
    let script = "for n in 1 2 3 4 5 6 7 8 9; do $0 --inprogress t$n; $0 --success t$n; done; $0 --inprogress bad; echo boom | $0 --fail bad --attach-file - --file-name traceback --mimetype text/plain";
    let mut shell = Command::new("sh");
    shell.args(["-c", script, tool("subunit-output").path]);
    let list = tool("subunit-ls").command(["--times"]);
    let finished = Pipeline::new([shell, list]).deadline(DEADLINE).run(b"");
    assert_eq!(finished.code(), 1);
    assert_eq!(finished.text().lines().count(), 10, "{}", finished.text());
}
