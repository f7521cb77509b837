//! What every tool does with descriptors that are non-blocking, full, closed, a terminal, or its
//! own input.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use subunit_codec::{Event, Status};
use testkit::finished::Finished;
use testkit::pipeline::{Pipeline, closed_pipe};
use testkit::stream::{run, stream, test};

use crate::every_tool::{TOOLS, contains, takers_of_text, tool, with_standard_input};
use crate::folder::Folder;
use crate::printed;
use crate::tool::{DEADLINE, Tool, Writes, assert_silent, skipped, trouble};

/// Has all that share a file find it non-blocking, as node and ssh leave the pipes that they
/// inherit.
fn make_non_blocking(file: impl AsFd) {
    let flags = fcntl_getfl(&file).expect("a file has flags");
    fcntl_setfl(&file, flags | OFlags::NONBLOCK).expect("they can be set");
}

/// What a tool reads from and writes to, and the other ends of both.
struct Way {
    input: OwnedFd,
    feed: Box<dyn Write + Send>,
    drain: Box<dyn Read + Send>,
    output: OwnedFd,
}

/// Pipes and sockets.
fn ways() -> [Way; 2] {
    let (input, feed) = io::pipe().expect("there is a pipe");
    let (drain, output) = io::pipe().expect("there is a pipe");
    let pipes = Way { input: input.into(), feed: Box::new(feed), drain: Box::new(drain), output: output.into() };
    let (input, feed) = UnixStream::pair().expect("there is a socket");
    let (drain, output) = UnixStream::pair().expect("there is a socket");
    [pipes, Way { input: input.into(), feed: Box::new(feed), drain: Box::new(drain), output: output.into() }]
}

#[test]
fn non_blocking_descriptors_lose_nothing() {
    let input = stream(run(3000, 11));
    for tool in with_standard_input() {
        let expected = tool.run(&[], &input);
        for is_late in [false, true] {
            for Way { input: source, mut feed, mut drain, output: target } in ways() {
                let shared = [source.try_clone().expect("it can be"), target.try_clone().expect("it can be")];
                let set = || shared.iter().for_each(make_non_blocking);
                if !is_late {
                    set();
                }
                let live = Pipeline::new([tool.usual([""; 0])]).deadline(DEADLINE).input(source).output(target).start();
                let bytes = input.clone();
                let feeding = thread::spawn(move || {
                    for part in bytes.chunks(bytes.len() / 3 + 1) {
                        // The tool waits meanwhile.
                        thread::sleep(Duration::from_millis(30));
                        feed.write_all(part).expect("it is read");
                    }
                });
                if is_late {
                    thread::sleep(Duration::from_millis(20));
                    set();
                }
                drop(shared);
                thread::sleep(Duration::from_millis(100));
                let mut output = Vec::new();
                drain.read_to_end(&mut output).expect("it can be read");
                feeding.join().expect("all is read");
                let finished = live.finish();
                assert_eq!(finished.code(), expected.code(), "{}: {:?}", tool.name, finished.stderr);
                // Version 1 cannot hold all of it, and that is said.
                assert_eq!(finished.stderr, expected.stderr, "{} has no complaints", tool.name);
                // Where packets of a file are cut depends on the reads.
                let shown = |output: &[u8]| match tool.name {
                    "subunit-output" => printed::file(output, None, "stdout"),
                    _ => output.to_vec(),
                };
                assert!(shown(&output) == shown(&expected.stdout), "{} writes all of it", tool.name);
            }
        }
    }
}

#[test]
fn a_non_blocking_standard_error_gets_every_line() {
    for tool in TOOLS.iter().filter(|tool| tool.has_files) {
        let (mut reader, mut errors) = io::pipe().expect("there is a pipe");
        make_non_blocking(&errors);
        let mut filled = 0;
        while let Ok(count) = errors.write(&[b'x'; 4096]) {
            filled += count;
        }
        let mut command = tool.direct(["/proc/nonexistent/file"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors).spawn().expect("it starts");
        drop(command);
        thread::sleep(Duration::from_millis(100));
        let mut said = Vec::new();
        reader.read_to_end(&mut said).expect("it can be read");
        assert_eq!(child.wait().expect("it ends").code(), Some(2), "{}", tool.name);
        let line = format!("{}: /proc/nonexistent/file: No such file or directory\n", tool.name);
        let said = String::from_utf8_lossy(&said[filled..]);
        assert!(said == line || tool.reports_on_stderr && said.ends_with(&line), "{said}");
    }
}

#[test]
fn what_a_non_blocking_pipe_by_number_holds_is_read() {
    let folder = Folder::new();
    folder.write("all", &test("listed", Status::Success));
    for tool in takers_of_text().filter(|tool| tool.reads_files) {
        let (reader, mut feed) = io::pipe().expect("there is a pipe");
        make_non_blocking(&reader);
        let mut command = tool.usual(["/dev/fd/0"]);
        command.current_dir(folder.path(""));
        let live = Pipeline::new([command]).deadline(DEADLINE).input(reader).start();
        thread::sleep(Duration::from_millis(50));
        feed.write_all(&test("by-number", Status::Success)).expect("it is read");
        drop(feed);
        let finished = live.finish();
        assert_eq!(finished.code(), 0, "{}: {:?}", tool.name, finished.stderr);
        assert!(contains(&finished.stdout, b"by-number"), "{}", tool.name);
    }
    let (reader, mut feed) = io::pipe().expect("there is a pipe");
    make_non_blocking(&reader);
    let command = folder.command(tool("subunit-filter"), &["-s", "--load-list", "/dev/fd/0", "all"]);
    let live = Pipeline::new([command]).deadline(DEADLINE).input(reader).start();
    thread::sleep(Duration::from_millis(50));
    feed.write_all(b"listed\n").expect("it is read");
    drop(feed);
    assert!(live.finish().stdout == test("listed", Status::Success), "a list of ids, too");
}

/// Runs a tool as a shell would, with files that may not grow beyond some KiB: its output to
/// `redirection`, and a word behind it.
fn run_limited(folder: &Folder, tool: &Tool, kilobytes: usize, redirection: &str, input: &[u8]) -> (i32, String) {
    // dash counts in blocks of 512 bytes.
    let script = format!(
        "{{ (ulimit -f {}; exec \"$0\" \"$@\"); echo $? >status; printf end; }} {redirection} 2>said",
        2 * kilobytes
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script, tool.path]).args(tool.usual_args()).current_dir(folder.path(""));
    assert_eq!(Pipeline::new([command]).deadline(DEADLINE).run(input).code(), 0);
    let text = |name| String::from_utf8(folder.read(name)).expect("it is text");
    (text("status").trim().parse().expect("it is a number"), text("said"))
}

#[test]
fn a_disk_that_is_full_holds_whole_packets_and_nothing_else() {
    // Packets of many lengths, the longest longer than what is written at a time.
    let input = stream((0..200).map(|number| {
        let log = vec![b'x'; number * number % 977 + if number % 50 == 49 { 90_000 } else { 0 }];
        Event::test(format!("test-{number}")).status(Status::Success).file("log", log).mime_type("text/plain").eof()
    }));
    for tool in takers_of_text().filter(|tool| !tool.reports_on_stderr) {
        let whole = tool.run(&[], &input).stdout;
        for kilobytes in [4, 33, 64, 97, 150] {
            for redirection in [">out", ">>out"] {
                let folder = Folder::new();
                folder.write("out", b"");
                if whole.len() <= kilobytes << 10 {
                    continue;
                }
                let (status, said) = run_limited(&folder, tool, kilobytes, redirection, &input);
                let out = folder.read("out");
                let written = out.strip_suffix(b"end").unwrap_or_else(|| panic!("{} leaves no gap", tool.name));
                // A report and what it waits in are files, too.
                assert!(said.starts_with(tool.name) && said.lines().count() == 1, "{said}");
                assert!(said.ends_with(": File too large\n"), "{said}");
                assert_eq!(status, 2, "{}", tool.name);
                match tool.writes {
                    Writes::Subunit => assert_eq!(printed::strays(written), [""; 0], "{}", tool.name),
                    Writes::Copy => assert!(whole.starts_with(written), "{}", tool.name),
                    Writes::Version1 | Writes::Json | Writes::Files | Writes::Drawing | Writes::Report => {
                        assert!(written.is_empty() || written.ends_with(b"\n"), "{}", tool.name);
                    }
                }
                assert!(!written.contains(&0) || whole.contains(&0), "{} leaves no gap", tool.name);
            }
        }
    }
}

#[test]
fn merged_sources_leave_a_full_disk_with_whole_packets() {
    let folder = Folder::new();
    fs::create_dir(folder.path("disk")).expect("there is room");
    let mounted =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(folder.path("disk")).output();
    if !mounted.is_ok_and(|mounted| mounted.status.success()) {
        skipped("nothing can be mounted here");
        return;
    }
    let names: Vec<String> = (0..8).map(|number| format!("source-{number}")).collect();
    for (number, name) in names.iter().enumerate() {
        folder.write(name, &stream(run(800, number as u64)));
    }
    let mut ends = Vec::new();
    for filled in [0, 1 << 18, 300_001, 1 << 19, 777_777] {
        folder.write("disk/filler", &vec![b'x'; filled]);
        let mut command = Command::new("sh");
        let script = "\"$0\" \"$@\" >disk/out";
        command.args(["-c", script, tool("subunit-mux").path]).args(&names).current_dir(folder.path(""));
        let finished = Pipeline::new([command]).deadline(DEADLINE).run(b"");
        let said = finished.stderr.concat();
        let out = folder.read("disk/out");
        ends.push((filled, finished.code(), said, printed::strays(&out), out.contains(&0)));
        fs::remove_file(folder.path("disk/out")).expect("it is there");
    }
    let unmounted = Command::new("umount").arg(folder.path("disk")).status();
    assert!(unmounted.is_ok_and(|status| status.success()), "what was mounted can be unmounted");
    for (filled, code, said, strays, _) in ends {
        assert_eq!((code, &*said), (2, "subunit-mux: standard output: No space left on device\n"), "{filled}");
        assert_eq!(strays, [""; 0], "{filled}: whole packets and nothing else");
    }
}

/// How a tool ends with the file `f` as input, by this shell script.
fn run_script(folder: &Folder, tool: &Tool, script: &str) -> Finished {
    let mut command = Command::new("sh");
    command.args(["-c", script, tool.path]).args(tool.usual_args()).current_dir(folder.path(""));
    Pipeline::new([command]).deadline(DEADLINE).run(b"")
}

#[test]
fn an_input_that_is_the_output_is_refused() {
    let sample = test("a", Status::Success);
    for tool in with_standard_input() {
        let mut scripts = vec![("\"$0\" \"$@\" <f >>f", "standard input"), ("\"$0\" \"$@\" <f 1<>f", "standard input")];
        scripts.push(("\"$0\" \"$@\" <f >>link", "standard input"));
        if tool.reads_files || tool.route_code.is_some() {
            scripts.extend([("\"$0\" \"$@\" f >>f", "f"), ("\"$0\" \"$@\" link >>hard", "link")]);
        }
        for (script, name) in scripts {
            let folder = Folder::new();
            folder.write("f", &sample);
            symlink("f", folder.path("link")).expect("there is room");
            fs::hard_link(folder.path("f"), folder.path("hard")).expect("there is room");
            let finished = tool.sorted(run_script(&folder, tool, script));
            assert_eq!(trouble(tool.name, &finished), format!("{name}: input file is output file"), "{script}");
            assert!(folder.read("f") == sample, "{} leaves the file alone: {script}", tool.name);
        }
    }
}

#[test]
fn an_input_that_is_the_file_for_a_report_or_a_copy_is_refused() {
    let sample = test("a", Status::Success);
    for (name, script, operand) in [
        ("subunit-stats", "\"$0\" -o f f", "f"),
        ("subunit-stats", "\"$0\" -o f <link", "standard input"),
        ("subunit-stats", "\"$0\" -o link hard", "hard"),
        ("subunit2csv", "\"$0\" -o f f", "f"),
        ("subunit2junitxml", "\"$0\" -o f f", "f"),
        ("subunit2junitxml", "\"$0\" -f -o hard - <f", "standard input"),
        ("subunit-tee", "\"$0\" f <f", "f"),
        ("subunit-tee", "\"$0\" -a link <f", "link"),
        ("subunit-filter", "\"$0\" --load-list f >>f", "f"),
        ("subunit-filter", "\"$0\" --fixup-expected-failures link >>f", "link"),
    ] {
        let folder = Folder::new();
        folder.write("f", &sample);
        symlink("f", folder.path("link")).expect("there is room");
        fs::hard_link(folder.path("f"), folder.path("hard")).expect("there is room");
        let mut command = Command::new("sh");
        command.args(["-c", script, tool(name).path]).current_dir(folder.path(""));
        let finished = Pipeline::new([command]).deadline(DEADLINE).run(b"");
        assert_eq!(trouble(name, &finished), format!("{operand}: input file is output file"), "{script}");
        assert!(folder.read("f") == sample, "{name} leaves the file alone: {script}");
    }
}

#[test]
fn devices_may_be_input_and_output() {
    for tool in TOOLS.iter().filter(|tool| !tool.is_configured) {
        let finished = tool.sorted(run_script(&Folder::new(), tool, "\"$0\" \"$@\" </dev/null >/dev/null"));
        assert_eq!(finished.code(), tool.verdict_on_empty(), "{}", tool.name);
        assert_silent(tool.name, &finished);
    }
}

/// What a program says on a terminal that is its standard output, and how it ends.
fn on_terminal(mut command: Command) -> (Option<i32>, String, String) {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there is a terminal");
    grantpt(&terminal).expect("it is ours");
    unlockpt(&terminal).expect("it is ours");
    let name = ptsname(&terminal, Vec::new()).expect("it has a name");
    let screen = File::options().read(true).write(true).open(Path::new(name.to_str().expect("it is text")));
    let child = command.stdin(Stdio::piped()).stdout(screen.expect("it opens")).stderr(Stdio::piped());
    let mut child = child.spawn().expect("it starts");
    drop(command);
    child.stdin.take().expect("it was piped").write_all(&test("a", Status::Success)).unwrap_or_default();
    let mut shown = Vec::new();
    // Ends with an error when nobody has the terminal open any more.
    let _ = File::from(terminal).read_to_end(&mut shown);
    let finished = child.wait_with_output().expect("it ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (finished.status.code(), text(&shown), text(&finished.stderr))
}

#[test]
fn packets_are_not_written_to_a_terminal() {
    let writers = TOOLS.iter().filter(|tool| matches!(tool.writes, Writes::Subunit | Writes::Copy));
    for tool in writers.filter(|tool| !tool.is_configured) {
        let (code, shown, said) = on_terminal(tool.usual([""; 0]));
        assert_eq!((code, &*shown), (Some(2), ""), "{}", tool.name);
        let line = format!("{}: standard output is a terminal: packets are not written there;", tool.name);
        assert!(said.starts_with(&line) && said.matches('\n').count() == 1, "{said}");
    }
    let folder = Folder::new();
    for (name, args) in [
        ("subunit-ls", &[][..]),
        ("subunit-stats", &[]),
        ("subunit2csv", &[]),
        ("subunit2junitxml", &[]),
        ("subunit-tee", &["--text", "copy"]),
        ("subunit-filter", &["--help"]),
    ] {
        let (code, shown, said) = on_terminal(folder.command(tool(name), args));
        assert_eq!((code, &*said), (Some(0), ""), "{name} {args:?} writes no packets");
        assert!(!shown.is_empty() || name == "subunit-tee", "{name}");
    }
}

/// The tools that write a report to a file, and their options for it.
const REPORTERS: [(&str, &[&str]); 6] = [
    ("subunit-stats", &["-o", "report"]),
    ("subunit-stats", &["-f", "-o", "report"]),
    ("subunit2csv", &["-o", "report"]),
    ("subunit2csv", &["-f", "-o", "report"]),
    ("subunit2junitxml", &["-o", "report"]),
    ("subunit2junitxml", &["-f", "-o", "report"]),
];

#[test]
fn a_closed_standard_output_costs_no_report() {
    let text = b"building\n".repeat(20_000);
    for (name, args) in REPORTERS {
        for (before, after) in [(&text[..], &text[..]), (b"text\n", b""), (b"", b"the very end")] {
            let input = [before, &test("a", Status::Fail), after].concat();
            for head in ["exec <&-", "head -c 20", "head -c 100000"] {
                let folder = Folder::new();
                let mut reader = Command::new("sh");
                reader.args(["-c", &format!("{head}; :")]);
                let finished = Pipeline::new([folder.command(tool(name), args), reader]).deadline(DEADLINE).run(&input);
                assert_eq!(finished.stderr[0], "", "{name} {args:?}");
                let code = finished.statuses[0].code();
                // It may be done before its reader goes away.
                assert!(matches!(code, Some(141 | 1)), "{name} {args:?} {head}: {code:?}");
                let report = String::from_utf8(folder.read("report")).expect("it is text");
                let (expected, _) = full_report(name, args, &input);
                assert_eq!(report, expected, "{name} {args:?} {head}");
            }
            let folder = Folder::new();
            let closed =
                Pipeline::new([folder.command(tool(name), args)]).deadline(DEADLINE).output(closed_pipe()).run(&input);
            let (expected, output) = full_report(name, args, &input);
            assert_eq!(closed.code(), if output.is_empty() { 1 } else { 141 }, "{name} {args:?}");
            assert_eq!(String::from_utf8(folder.read("report")).expect("it is text"), expected);
        }
    }
}

/// The report of a tool whose output is read, and that output.
fn full_report(name: &str, args: &[&str], input: &[u8]) -> (String, Vec<u8>) {
    let folder = Folder::new();
    let finished = Pipeline::new([folder.command(tool(name), args)]).deadline(DEADLINE).run(input);
    (String::from_utf8(folder.read("report")).expect("it is text"), finished.stdout)
}

#[test]
fn a_full_standard_output_costs_no_report() {
    for (name, args) in REPORTERS {
        let folder = Folder::new();
        let full = File::options().write(true).open("/dev/full").expect("there is /dev/full");
        let input = [b"text\n", &test("a", Status::Fail)[..]].concat();
        let finished = Pipeline::new([folder.command(tool(name), args)]).deadline(DEADLINE).output(full).run(&input);
        assert_eq!(trouble(name, &finished), "standard output: No space left on device");
        assert_eq!(String::from_utf8(folder.read("report")).expect("it is text"), full_report(name, args, &input).0);
    }
}

#[test]
fn memory_that_the_system_does_not_have_is_a_line() {
    let log = vec![b'x'; 4_000_000];
    let input = stream((0..4).map(|number| {
        let event = Event::test(format!("large-{number}")).status(Status::Success);
        event.file("log", log.clone()).mime_type("text/plain").eof()
    }));
    let limited = |tool: &Tool, kilobytes: usize, input: &[u8]| {
        let mut command = Command::new("sh");
        let script = format!("ulimit -v {kilobytes}; exec \"$0\" \"$@\"");
        command.args(["-c", &script, tool.path]).args(tool.usual_args());
        Pipeline::new([command]).deadline(DEADLINE).run(input)
    };
    for tool in takers_of_text() {
        // So much the tool takes before it reads anything; a little more is for what is small.
        let least = (6_000..200_000)
            .step_by(1000)
            .find(|kilobytes| limited(tool, *kilobytes, b"").statuses[0].code() == Some(tool.verdict_on_empty()));
        // The threads of a tool that runs a command do not start in the same order each time.
        let room = if tool.runs_commands { 16_000 } else { 3000 };
        let least = least.expect("there is memory enough for it to start") + room;
        for more in [0, 2500, 6000] {
            let finished = tool.sorted(limited(tool, least + more, &input));
            let status = finished.statuses[0];
            assert!(matches!(status.code(), Some(0 | 2)), "{} ends with {status}: {:?}", tool.name, finished.stderr);
            if status.code() != Some(0) {
                let line = trouble(tool.name, &finished);
                assert!(line.ends_with("out of memory"), "{} with {more} KiB more: {line}", tool.name);
            }
        }
    }
}
