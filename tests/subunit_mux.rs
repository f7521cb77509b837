//! What subunit-mux does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use subunit_codec::{Event, MAX_LENGTH, PARSER_TEST_ID, Status};
use testkit::finished::Finished;
use testkit::items;
use testkit::pipeline::{Live, Pipeline, closed_pipe};
use testkit::random::Random;
use testkit::stream::{at, good_tests, packet, stream, test, with_flip};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::printed;
use crate::tool::{DEADLINE, data, peak_memory, read_data, trouble};

fn mux(folder: &Folder, args: &[&str]) -> Command {
    folder.command(tool("subunit-mux"), args)
}

fn run_mux(folder: &Folder, args: &[&str], input: &[u8]) -> Finished {
    Pipeline::new([mux(folder, args)]).deadline(DEADLINE).run(input)
}

fn start_mux(folder: &Folder, args: &[&str]) -> Live {
    Pipeline::new([mux(folder, args)]).deadline(DEADLINE).start()
}

/// What a program wrote, as lines.
fn lines(finished: &Finished) -> Vec<String> {
    printed::lines(&finished.stdout)
}

fn in_progress(id: &str) -> Vec<u8> {
    packet(&Event::test(id).status(Status::InProgress))
}

fn contains(output: &[u8], part: &[u8]) -> bool {
    output.windows(part.len()).any(|window| window == part)
}

fn signal(live: &Live, signal: Signal) {
    kill_process(process(live.process_ids()[0]), signal).expect("the process is there");
}

fn process(id: u32) -> Pid {
    i32::try_from(id).ok().and_then(Pid::from_raw).expect("it is a process id")
}

/// The events of a stream by route code, without it, and the text on that route.
fn by_route(stream: &[u8]) -> BTreeMap<String, (Vec<u8>, Vec<u8>)> {
    assert_eq!(printed::strays(stream), [""; 0], "there is nothing but packets");
    let mut routes: BTreeMap<String, (Vec<u8>, Vec<u8>)> = BTreeMap::new();
    for event in items::events(&items::decode(stream)) {
        let code = event.route_code.clone().expect("every packet has a route code").into_owned();
        let (packets, text) = routes.entry(code).or_default();
        match &event.file {
            Some(file) if event.test_id.is_none() && file.name == "stdout" => text.extend_from_slice(&file.bytes),
            _ => packets.extend(packet(&Event { route_code: None, ..event })),
        }
    }
    routes
}

#[test]
fn sixty_four_commands_at_once_lose_nothing() {
    let folder = Folder::new();
    let mut random = Random::new(7);
    let mut sources = Vec::new();
    let mut args = Vec::new();
    for source in 0..64 {
        let (mut packets, mut text, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
        for number in 0..1563 {
            let is_long = source % 8 == 0 && number == 700;
            let length = if is_long { 4_000_000 } else { random.below(200) };
            let id = format!("source-{source}.test-{number}");
            let event = packet(&Event::test(id).status(Status::Success).file("log", vec![b'x'; length]));
            bytes.extend_from_slice(&event);
            packets.extend(event);
            if number % 10 == 0 {
                let line = format!("line {number} of source {source}\n");
                bytes.extend_from_slice(line.as_bytes());
                text.extend_from_slice(line.as_bytes());
            }
        }
        folder.write(format!("source-{source}"), &bytes);
        args.extend(["-c".to_owned(), format!("cat source-{source}")]);
        sources.push((packets, text));
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let finished = Pipeline::new([mux(&folder, &args)]).run(b"");
    finished.assert().code(0).stderr("");
    let mut routes = by_route(&finished.stdout);
    for (number, expected) in sources.iter().enumerate() {
        let route = routes.remove(&number.to_string()).expect("every source has a route");
        assert!(route == *expected, "source {number} is all there, in order");
    }
    assert!(routes.is_empty(), "there are no other routes");
}

#[test]
fn a_silent_source_delays_nobody() {
    let folder = Folder::new();
    folder.fifo("silent");
    folder.fifo("talking");
    let mut live = start_mux(&folder, &["silent", "talking", "unopened"]);
    folder.fifo("never");
    let silent = File::options().write(true).open(folder.path("silent")).expect("it is read");
    let mut talking = File::options().write(true).open(folder.path("talking")).expect("it is read");
    for number in 0..10 {
        let id = format!("test-{number}");
        talking.write_all(&test(&id, Status::Success)).expect("it is read");
        live.read_until(|output| contains(output, id.as_bytes()));
    }
    drop((silent, talking));
    assert_eq!(live.finish().code(), 2, "one was not there");
}

#[test]
fn nested_routes_are_joined_outermost_first() {
    let folder = Folder::new();
    folder.write("three", &stream([Event::test("a").status(Status::Exists).route_code("x/y")]));
    let inner = format!("'{}' z=three b=three", tool("subunit-mux").path);
    let finished = run_mux(&folder, &["-c", &inner, "-c", "cat three"], b"");
    let routes: BTreeSet<_> = lines(&finished).into_iter().collect();
    assert_eq!(routes, ["a exists /0/b/x/y", "a exists /0/z/x/y", "a exists /1/x/y"].map(String::from).into());
    assert_eq!(finished.code(), 0);
}

#[test]
fn sources_are_named_or_numbered() {
    let folder = Folder::new();
    for name in ["a", "b=c", "d"] {
        folder.write(name, &packet(&Event::test(name).status(Status::Exists)));
    }
    let args = ["a", "web=a", "./b=c", "=b=c", "-c", "cat d", "-c", "db=cat d", "-c", "env FILE=d sh -c 'cat $FILE'"];
    let finished = run_mux(&folder, &args, b"");
    let expected = [
        "d exists /0",
        "d exists /db",
        "d exists /2",
        "a exists /3",
        "a exists /web",
        "b=c exists /5",
        "b=c exists /6",
    ];
    let (got, expected): (BTreeSet<_>, BTreeSet<_>) =
        (lines(&finished).into_iter().collect(), expected.map(String::from).into());
    assert_eq!(got, expected, "commands come first");
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    let folder = Folder::new();
    folder.write("a", b"");
    for (args, problem) in [
        (&["1=a", "a"][..], "two sources have the route code '1'"),
        (&["\u{1b}=a", "\u{1b}=a"], r"two sources have the route code '\x1b'"),
        (&[""], "'' names no file and no command"),
        (&["-c", "web="], "'web=' names no file and no command"),
        (&["-", "-"], "standard input can be read once only"),
        (&["--stdin", "-c", "true", "-"], "standard input can be read once only"),
        (&["--in-order", "-c", "true"], "the argument '--in-order' cannot be used with"),
        (&["--stdin", "a"], "the following required arguments were not provided: --command <COMMAND>"),
    ] {
        let finished = run_mux(&folder, args, b"");
        assert!(trouble("subunit-mux", &finished).contains(problem), "{args:?}: {:?}", finished.stderr);
    }
}

#[test]
fn names_of_files_are_bytes() {
    let folder = Folder::new();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9 \xff");
    folder.write(name, &test("a", Status::Success));
    let mut command = mux(&folder, &[]);
    command.arg(name);
    let finished = Pipeline::new([command]).run(b"");
    assert_eq!(lines(&finished), ["a inprogress /0", "a success /0"]);
}

#[test]
fn a_source_that_cannot_be_read_leaves_the_others_alone() {
    let folder = Folder::new();
    folder.write("good", &good_tests(100));
    let finished = run_mux(&folder, &["good", "missing", "/usr"], b"");
    assert_eq!(finished.code(), 2);
    let told: BTreeSet<&str> = finished.stderr[0].lines().collect();
    let expected = ["missing: No such file or directory", "/usr: Is a directory"];
    assert_eq!(told, expected.map(|line| format!("subunit-mux: {line}")).iter().map(String::as_str).collect());
    assert!(by_route(&finished.stdout)["0"].0 == good_tests(100), "the good file is all there");
}

#[test]
fn a_command_killed_in_a_packet_and_in_a_test_harms_nobody_else() {
    let folder = Folder::new();
    let mut torn = packet(&Event::test("torn").status(Status::Success).file("log", vec![b'x'; 200]));
    torn.truncate(100);
    folder.write("torn", &[test("done", Status::Success), in_progress("running"), torn.clone()].concat());
    folder.write("good", &good_tests(100));
    let finished = run_mux(&folder, &["-c", "cat torn; kill -9 $$", "-c", "cat good"], b"");
    finished.assert().code(1).stderr("");
    assert!(by_route(&finished.stdout)["1"].0 == good_tests(100), "the other command is all there");
    let lines: Vec<String> = lines(&finished).into_iter().filter(|line| line.contains(" /0")).collect();
    assert_eq!(lines[..3], ["done inprogress /0", "done success /0", "running inprogress /0"]);
    assert!(lines.iter().any(|line| line.starts_with(&format!("{PARSER_TEST_ID} fail /0 Parser Error="))));
    let data = printed::file(&finished.stdout, Some(PARSER_TEST_ID), "Packet data");
    let text = printed::file(&finished.stdout, None, "stdout");
    assert!([data, text].concat() == torn, "every byte is there");
    let reason = r#"reason="the command was ended by signal 9 (SIGKILL)\n" (text/plain;charset=utf8) eof"#;
    let expected = [format!("running fail /0 {reason}"), format!("cat torn; kill -9 $$ fail /0 {reason}")];
    assert_eq!(lines[lines.len() - 2..], expected, "the test that it ran, and the command itself");
}

#[test]
fn a_command_that_fails_fails_the_tests_that_it_left_open() {
    let folder = Folder::new();
    let begun = stream([
        Event::test("nested").status(Status::InProgress).route_code("2"),
        Event::test("set up").status(Status::InProgress).not_runnable().tags(["slow"]),
        Event::test("attached only").file("log", &b"text"[..]),
        Event::test("over").status(Status::InProgress),
        Event::test("over").status(Status::Success),
    ]);
    folder.write("begun", &begun);
    let reason = |text: &str| format!(r#"reason="the command ended with {text}\n" (text/plain;charset=utf8) eof"#);
    let finished = run_mux(&folder, &["-c", "cat begun; exit 3"], b"");
    assert_eq!(finished.code(), 1);
    let said = reason("exit status 3");
    let expected = [format!("nested fail /0/2 {said}"), format!("set up fail not-runnable /0 {said}")];
    assert_eq!(lines(&finished)[5..], expected);

    let finished = run_mux(&folder, &["-c", "cat begun"], b"");
    assert_eq!(finished.code(), 0, "a command that succeeds leaves tests as they are");
    assert_eq!(lines(&finished).len(), 5);
}

/// A stream in a file of this name, one packet for each status.
fn write_results(folder: &Folder, name: &str, results: &[(&'static str, Status)]) {
    folder.write(name, &stream(results.iter().map(|(id, status)| Event::test(*id).status(*status))));
}

#[test]
fn a_command_that_fails_fails_a_test_of_its_own_only_if_its_end_does_not_show_otherwise() {
    let folder = Folder::new();
    let (fail, success) = (Status::Fail, Status::Success);
    write_results(&folder, "bad", &[("a", fail), ("b", success)]);
    write_results(&folder, "worse", &[("a", Status::UnexpectedSuccess)]);
    write_results(&folder, "good", &[("a", success), ("b", Status::Skip), ("c", Status::ExpectedFailure)]);
    write_results(&folder, "open", &[("a", Status::InProgress)]);
    write_results(&folder, "again", &[("a", fail), ("a", Status::InProgress), ("a", success)]);
    write_results(&folder, "too late", &[("a", success), ("a", fail), ("a", Status::Skip)]);
    write_results(&folder, "listed", &[("a", Status::Exists)]);
    folder.write("broken", &with_flip(test("a", success), 5, 1));
    folder.write("one", b"test: a\nfailure: a\n");
    let exit = |code| format!("the command ended with exit status {code}");
    let killed = "the command was ended by signal 9 (SIGKILL)".to_owned();
    for (command, own) in [
        ("cat bad; exit 1", None),
        ("cat worse; exit 1", None),
        ("cat broken; exit 1", None),
        ("cat one; exit 1", None),
        ("cat open; exit 1", None),
        ("cat 'too late'; exit 1", None),
        ("cat bad; exit 255", None),
        ("cat bad", None),
        ("cat open", None),
        ("cat again; exit 1", Some(exit(1))),
        ("cat good; exit 1", Some(exit(1))),
        ("cat listed; exit 1", Some(exit(1))),
        ("echo text; exit 7", Some(exit(7))),
        ("cat bad; no-such-command", Some(exit(127))),
        ("cat bad; ./bad", Some(exit(126))),
        ("cat bad; kill -9 $$", Some(killed)),
        ("cat bad; sh -c 'kill -9 $$'; exit $?", Some(exit(137))),
        ("cat open; sh -c 'kill -9 $$'; exit $?", Some(exit(137))),
    ] {
        for (argument, name) in [(command.to_owned(), command), (format!("web={command}"), "web")] {
            let finished = run_mux(&folder, &["--no-passthrough", "-c", &argument, "-c", "db=cat bad"], b"");
            let is_failure = !matches!(command, "cat bad" | "cat open");
            finished.assert().code(i32::from(is_failure)).stderr("");
            let start = format!("{name} fail /");
            let lines = lines(&finished);
            let found: Vec<_> = lines.iter().filter_map(|line| line.strip_prefix(&start)).collect();
            let code = if name == "web" { "web" } else { "0" };
            let expected = own.iter().map(|own| format!(r#"{code} reason="{own}\n" (text/plain;charset=utf8) eof"#));
            assert_eq!(found, expected.collect::<Vec<_>>(), "{argument}: {lines:?}");
        }
    }
}

#[test]
fn a_command_that_fails_after_thousands_of_failures_adds_none() {
    let folder = Folder::new();
    let ids: Vec<String> = (0..10_000).map(|number| format!("test {number}")).collect();
    let results = ids.iter().map(|id| Event::test(id.as_str()).status(Status::Fail));
    let passed = ids[..5_000].iter().map(|id| Event::test(id.as_str()).status(Status::Success));
    folder.write("run", &stream(results.chain(passed)));
    let finished = run_mux(&folder, &["-c", "web=cat run; exit 1"], b"");
    assert_eq!(lines(&finished).len(), 15_000);
}

#[test]
fn a_command_that_cannot_be_started_is_a_failed_test_and_trouble() {
    let folder = Folder::new();
    folder.write("good", &good_tests(10));
    let mut command = mux(&folder, &["-c", "web=run-tests", "good"]);
    command.env("PATH", "/proc/nonexistent");
    let finished = Pipeline::new([command]).run(b"");
    assert_eq!(trouble("subunit-mux", &finished), "run-tests: No such file or directory");
    let lines = lines(&finished);
    let start = r#"web fail /web reason="the command could not be started: No such file or directory\n""#;
    assert!(lines.iter().any(|line| line.starts_with(start)), "{lines:?}");
    assert!(by_route(&finished.stdout)["1"].0 == good_tests(10), "the file is all there");
}

#[test]
fn a_test_of_version_1_that_a_command_left_open_fails_once() {
    let folder = Folder::new();
    let reason = r#"reason="the command ended with exit status 3\n" (text/plain;charset=utf8) eof"#;
    for left in ["test: a", "test: a\n", "test: a\nfailure: a [\n"] {
        folder.write("left", left.as_bytes());
        let finished = run_mux(&folder, &["-c", "cat left; exit 3"], b"");
        // Details without an end are damage as well.
        let is_result = |line: &String| !line.contains(" ... ") && !line.starts_with(PARSER_TEST_ID);
        let lines: Vec<String> = lines(&finished).into_iter().filter(is_result).collect();
        assert_eq!(lines, ["a inprogress /0".to_owned(), format!("a fail /0 {reason}")], "{left:?}");
    }
    let finished = run_mux(&folder, &["-c", "printf 'test: a\nfailure: a'; exit 3"], b"");
    assert_eq!(lines(&finished), ["a inprogress /0", "a fail /0"], "it ended, though its line did not");
    let finished = run_mux(&folder, &["-c", "echo test: a"], b"");
    assert_eq!(lines(&finished), ["a inprogress /0"], "a command that succeeds leaves tests as they are");
}

#[test]
fn text_is_wrapped_by_where_it_was_printed() {
    let folder = Folder::new();
    let finished = run_mux(&folder, &["-c", "printf out; printf oops >&2"], b"");
    let got: BTreeSet<_> = lines(&finished).into_iter().collect();
    assert_eq!(got, [r#"- ... /0 stdout="out""#, r#"- ... /0 stderr="oops""#].map(String::from).into());
    let finished = run_mux(&folder, &["--no-passthrough", "-c", "printf out; printf oops >&2"], b"");
    assert_eq!(lines(&finished), [""; 0]);
}

#[test]
fn every_packet_gets_the_tag_and_keeps_its_own() {
    let folder = Folder::new();
    let events = [
        Event::test("a").status(Status::InProgress).tags(["slow"]),
        Event::test("a").file("log", &b"x"[..]),
        Event::test("a").status(Status::Success),
        Event::test("b").status(Status::Exists),
        Event::test("c").status(Status::Fail).tags(["odd", "even"]),
        Event::test("d").status(Status::Fail).tags(["worker-web", "even"]),
    ];
    folder.write("run", &[stream(events), b"text".to_vec()].concat());
    let finished = run_mux(&folder, &["--tag", "web=run"], b"");
    assert_eq!(
        lines(&finished),
        [
            "a inprogress #slow #worker-web /web",
            r#"a ... #slow #worker-web /web log="x""#,
            "a success #slow #worker-web /web",
            "b exists #worker-web /web",
            "c fail #odd #even #worker-web /web",
            "d fail #even #worker-web /web",
            r#"- ... #worker-web /web stdout="text""#,
        ]
    );
}

#[test]
fn the_tag_has_the_prefix_that_is_asked_for() {
    let folder = Folder::new();
    folder.write("run", &stream([Event::test("a").status(Status::Success).tags(["worker-0"])]));
    for (args, tags) in [
        (&["--tag", "web=run"][..], "#worker-0 #worker-web"),
        (&["--tag=host-", "web=run"], "#worker-0 #host-web"),
        (&["--tag=", "web=run"], "#worker-0 #web"),
        (&["--tag=", "--tag", "run"], "#worker-0"),
        (&["--tag=worker-", "--tag=m/", "run"], "#worker-0 #m/0"),
    ] {
        let code = if args.contains(&"web=run") { "web" } else { "0" };
        assert_eq!(lines(&run_mux(&folder, args, b"")), [format!("a success {tags} /{code}")], "{args:?}");
    }
    assert_eq!(lines(&run_mux(&folder, &["run", "--tag"], b"")), ["a success #worker-0 /0"], "it takes no operand");
}

#[test]
fn a_tag_that_is_too_long_is_cut_and_this_is_said_once() {
    let folder = Folder::new();
    folder.write("run", &test("a", Status::Success));
    let tag = format!("--tag={}", "x".repeat(10_000));
    let finished = run_mux(&folder, &[&tag, "web=run", "db=run"], b"");
    assert_eq!(finished.code(), 0, "the status does not change");
    let said = &finished.stderr[0];
    assert!(said.ends_with(": the tag is longer than 256 bytes, and cut\n") && said.lines().count() == 1, "{said:?}");
    let tags: BTreeSet<String> =
        lines(&finished).iter().filter_map(|line| line.split(' ').nth(2)).map(str::to_owned).collect();
    assert_eq!(tags.len(), 2, "each source has its own: {tags:?}");
    assert!(tags.iter().all(|tag| tag.len() == 1 + 239 + 1 + 16 && tag.starts_with("#xxx")), "{tags:?}");
    let code = format!("{}=run", "x".repeat(257));
    let refused = run_mux(&folder, &[&code], b"");
    assert!(trouble("subunit-mux", &refused).ends_with("is longer than 256 bytes"), "that is on every packet, too");
}

#[test]
fn tags_that_are_repeated_do_not_make_the_output_much_longer_than_the_input() {
    let folder = Folder::new();
    let tagged = |tags: usize| {
        let tags: Vec<String> = (0..tags).map(|number| format!("tag {number:06}")).collect();
        packet(&Event::test("a").status(Status::InProgress).tags(tags))
    };
    let small = packet(&Event::test("a"));
    for (tags, packets, is_said) in [(20_000, 100, true), (300, 10_000, false), (1, 100_000, false)] {
        let run = [tagged(tags), small.repeat(packets), packet(&Event::test("a").status(Status::Fail))].concat();
        folder.write("run", &run);
        let plain = run_mux(&folder, &["web=run"], b"").stdout;
        let finished = run_mux(&folder, &["--tag", "web=run"], b"");
        assert_eq!(finished.code(), 0);
        assert!(finished.stdout.len() < 2 * plain.len() + 5_000, "{} of {}", finished.stdout.len(), run.len());
        let said =
            "subunit-mux: web: a test has more than 4 KiB of tags, which are not repeated on packets without tags\n";
        assert_eq!(finished.stderr, [if is_said { said } else { "" }], "{tags} tags");
        let listed = tool("subunit-ls").run(&["--json"], &finished.stdout);
        assert_eq!(listed.text().matches("tag 0").count(), tags, "the test keeps its tags");
        assert!(listed.text().contains(r#""worker-web""#), "and has that of its source");
    }
}

#[test]
fn a_test_with_too_many_tags_keeps_them_if_its_command_fails() {
    let folder = Folder::new();
    let tags: Vec<String> = (0..1_000).map(|number| format!("tag {number:06}")).collect();
    folder.write("begun", &packet(&Event::test("a").status(Status::InProgress).tags(tags)));
    let finished = run_mux(&folder, &["--tag", "-c", "web=cat begun; exit 1"], b"");
    let listed = tool("subunit-ls").run(&["--json"], &finished.stdout);
    assert!(listed.text().contains(r#""status":"fail""#), "{}", listed.text());
    assert_eq!(listed.text().matches("tag 0").count(), 1_000);
    assert!(listed.text().contains(r#""worker-web""#));
}

#[test]
fn a_packet_without_room_for_the_route_code_is_reported() {
    let folder = Folder::new();
    let longest = packet(&Event::test("x".repeat(MAX_LENGTH - 13)));
    folder.write("run", &longest);
    let finished = run_mux(&folder, &["web=run"], b"");
    assert!(printed::file(&finished.stdout, Some(PARSER_TEST_ID), "Packet data") == longest, "all of it is there");
    let error = "the event is too long for a packet with the route code web";
    let reported = printed::file(&finished.stdout, Some(PARSER_TEST_ID), "Parser Error");
    assert_eq!(String::from_utf8_lossy(&reported), error);
}

#[test]
fn a_test_keeps_the_tags_of_an_attachment_that_came_early_however_many_tests_come_between() {
    let folder = Folder::new();
    let early = Event::test("a").file("setup", &b"x"[..]).tags(["slow"]).eof();
    let run = [packet(&early), good_tests(4_200), packet(&Event::test("a").status(Status::Success))].concat();
    folder.write("run", &run);
    let lines = lines(&run_mux(&folder, &["--tag", "web=run"], b""));
    assert_eq!(lines.last().map(String::as_str), Some("a success #slow #worker-web /web"));
}

#[test]
fn a_test_that_fails_with_its_command_has_each_tag_once() {
    let folder = Folder::new();
    folder.write("begun", &packet(&Event::test("a").status(Status::InProgress).tags(["worker-0", "slow"])));
    let lines = lines(&run_mux(&folder, &["--tag", "-c", "cat begun; false"], b""));
    assert!(lines[1].starts_with("a fail #slow #worker-0 /0"), "{lines:?}");
}

#[test]
fn a_test_that_exists_leaves_one_of_the_same_name_that_runs_alone() {
    let folder = Folder::new();
    let begun =
        stream([Event::test("a").status(Status::InProgress).tags(["slow"]), Event::test("a").status(Status::Exists)]);
    folder.write("begun", &begun);
    folder.write("run", &[begun, packet(&Event::test("a").status(Status::Success))].concat());
    let finished = run_mux(&folder, &["--tag", "web=run"], b"");
    let expected =
        ["a inprogress #slow #worker-web /web", "a exists #worker-web /web", "a success #slow #worker-web /web"];
    assert_eq!(lines(&finished), expected);

    let finished = run_mux(&folder, &["-c", "cat begun; exit 3"], b"");
    let reason = r#"reason="the command ended with exit status 3\n" (text/plain;charset=utf8) eof"#;
    assert_eq!(lines(&finished)[2..], [format!("a fail /0 {reason}")], "that is the test that was left open");
}

#[test]
fn packets_without_a_time_are_stamped_when_asked() {
    let folder = Folder::new();
    let events = [Event::test("a").status(Status::InProgress).at(at(5, 7)), Event::test("a").status(Status::Fail)];
    folder.write("run", &[stream(events), b"text".to_vec()].concat());
    let finished = run_mux(&folder, &["--timestamps", "run"], b"");
    let before = at(1_700_000_000, 0);
    let items = items::decode(&finished.stdout);
    let times: Vec<_> = items::events(&items).into_iter().map(|event| event.timestamp).collect();
    assert_eq!(times[0], Some(at(5, 7)), "a packet keeps its time");
    assert_eq!(times.len(), 3);
    assert!(times[1..].iter().all(|time| time.is_some_and(|time| time > before)), "the time is that of the arrival");
    assert_eq!(lines(&run_mux(&folder, &["run"], b""))[1], "a fail /0", "and nothing is made up otherwise");
}

#[test]
fn what_no_version_has_a_field_for_survives() {
    let folder = Folder::new();
    // The id's length in three bytes, and bytes after the last field.
    let odd = testkit::stream::raw(0x2801, b"\x80\x00\x01aXY");
    folder.write("odd", &odd);
    let finished = run_mux(&folder, &["odd"], b"");
    assert_eq!(finished.stdout, testkit::stream::raw(0x2c01, b"\x80\x00\x01a\x010XY"));
}

#[test]
fn a_process_left_behind_does_not_keep_the_mux() {
    let folder = Folder::new();
    folder.write("good", &good_tests(10));
    let finished = run_mux(&folder, &["-c", "sleep 60 & echo $! > left; cat good", "-c", "cat good"], b"");
    assert_eq!(finished.code(), 0);
    let line = "subunit-mux: sleep 60 & echo $! > left; cat good: the output of background processes is ignored\n";
    assert_eq!(finished.stderr[0], line);
    for code in ["0", "1"] {
        assert!(by_route(&finished.stdout)[code].0 == good_tests(10), "source {code} is all there");
    }
    let left = String::from_utf8(folder.read("left")).expect("it is text");
    let left = process(left.trim().parse().expect("it is a number"));
    kill_process(left, Signal::KILL).expect("it still runs");
}

#[test]
fn signals_are_passed_on_and_last_words_are_heard() {
    let folder = Folder::new();
    let long = packet(&Event::test("last").status(Status::Fail).file("log", vec![b'x'; 4_000_000]));
    folder.write("first", &test("first", Status::Success));
    folder.write("last", &long);
    let polite = "trap 'cat last; exit 0' TERM INT; cat first; while :; do sleep 0.05; done";
    for (number, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        // Shells have something to say, too.
        let mut live = start_mux(&folder, &["--no-passthrough", "-c", polite, "-c", "cat first; exec sleep 60"]);
        live.read_until(|output| output.windows(5).filter(|window| *window == b"first").count() == 4);
        signal(&live, number);
        let finished = live.finish();
        finished.assert().code(code).stderr("");
        let routes = by_route(&finished.stdout);
        let expected = [test("first", Status::Success), long.clone()].concat();
        assert!(routes["0"].0 == expected, "the polite command has had its say");
        let reason = format!(r#"reason="the command was ended by signal {0} "#, number.as_raw());
        assert!(lines(&finished).iter().any(|line| line.contains(&reason)), "the other one has failed");
    }
}

#[test]
fn a_signal_ends_the_wait_for_files() {
    let folder = Folder::new();
    folder.fifo("silent");
    folder.fifo("unopened");
    folder.write("good", &good_tests(10));
    for order in [&[][..], &["--in-order"]] {
        let live = start_mux(&folder, &[order, &["good", "silent", "unopened"]].concat());
        let silent = File::options().write(true).open(folder.path("silent")).expect("it is read");
        signal(&live, Signal::TERM);
        let finished = live.finish();
        assert_eq!(finished.code(), 143, "{order:?}");
        assert!(by_route(&finished.stdout)["0"].0 == good_tests(10), "{order:?}: what came is there");
        drop(silent);
    }
}

#[test]
fn a_closed_pipe_ends_the_commands_too() {
    let folder = Folder::new();
    folder.write("good", &good_tests(10));
    let commands = ["-c", "echo $$ > pid; sleep 60", "-c", "while ! test -s pid; do sleep 0.01; done; cat good"];
    let finished = Pipeline::new([mux(&folder, &commands)]).deadline(DEADLINE).output(closed_pipe()).run(b"");
    finished.assert().code(141).stderr("");
    assert_ended(&folder, "pid");
}

#[test]
fn threads_that_cannot_be_started_are_trouble_and_end_the_commands() {
    let folder = Folder::new();
    let commands = ["one", "two", "three"].map(|name| format!("echo $$ > {name}; exec sleep 60"));
    let args: Vec<&str> = commands.iter().flat_map(|command| ["-c", command]).collect();
    // There is room for one thread that waits for signals and one for each command, and not for all
    // those that they need then.
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -v 2000000; exec \"$0\" \"$@\"", tool("subunit-mux").path]).args(args);
    limited.current_dir(folder.path("")).env("RUST_MIN_STACK", "268435456");
    let finished = Pipeline::new([limited]).deadline(DEADLINE).run(b"");
    assert_eq!(trouble("subunit-mux", &finished), "threads: Resource temporarily unavailable");
    for name in ["one", "two", "three"] {
        if folder.path(name).exists() {
            assert_ended(&folder, name);
        }
    }
}

/// Makes sure that the process ends whose number a file holds.
fn assert_ended(folder: &Folder, name: &str) {
    let left = String::from_utf8(folder.read(name)).expect("it is text");
    let Ok(left) = left.trim().parse() else { return };
    let left = process(left);
    // Whoever inherits it collects it in its own time.
    let is_gone = || test_kill_process(left).is_err() || is_zombie(left);
    for _ in 0..1000 {
        if is_gone() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("nobody ended the other command");
}

fn is_zombie(process: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", process.as_raw_nonzero())).unwrap_or_default();
    status.contains("State:\tZ")
}

#[test]
fn a_reader_that_stops_reading_stops_the_sources() {
    let folder = Folder::new();
    folder.write("run", &good_tests(1000));
    let (mut reader, writer) = std::io::pipe().expect("there is a pipe");
    let endless = "while cat run; do echo x >> rounds; done";
    let args: Vec<&str> = ["-c", endless].repeat(8);
    let live = Pipeline::new([mux(&folder, &args)]).deadline(DEADLINE).output(writer).start();
    let rounds = || fs::metadata(folder.path("rounds")).map_or(0, |metadata| metadata.len());
    reader.read_exact(&mut [0]).expect("there is output");
    let (mut before, mut now) = (u64::MAX, 0);
    while before != now {
        thread::sleep(Duration::from_millis(300));
        (before, now) = (now, rounds());
    }
    let memory = peak_memory(live.process_ids()[0]);
    assert!(memory < 16 << 20, "{memory} bytes while nobody reads");
    drop(reader);
    assert_eq!(live.finish().code(), 141);
}

/// A packet that delivers bytes to the standard input of a command.
fn delivered(code: &str, bytes: &[u8]) -> Vec<u8> {
    packet(&Event::global_file("stdin", bytes).route_code(code))
}

/// What came so far from the source of a route code, apart from its tests.
fn printed(code: &str, output: &[u8]) -> Vec<u8> {
    let items = items::decode(output);
    let events = items::events(&items);
    let own = events.iter().filter(|event| event.route_code.as_deref() == Some(code) && event.test_id.is_none());
    own.filter_map(|event| event.file.as_ref()).flat_map(|file| file.bytes.iter().copied()).collect()
}

#[test]
fn a_debugger_in_one_worker_is_driven_from_outside() {
    let folder = Folder::new();
    let script =
        b"def test_it():\n    value = 1\n    import pdb; pdb.set_trace()\n    print('value is', value)\ntest_it()\n";
    folder.write("worker.py", script);
    let mut live = start_mux(&folder, &["--stdin", "-c", "cat", "-c", "python3 worker.py"]);
    // Python writes its output piece by piece, so that the other worker's may come between.
    let prompts = |output: &[u8]| printed("1", output).windows(6).filter(|bytes| bytes == b"(Pdb) ").count();
    live.read_until(|output| prompts(output) == 1);
    live.write(&delivered("1", b"value = 42\n"));
    live.read_until(|output| prompts(output) == 2);
    live.write(&delivered("0", b"idle no more\n"));
    live.write(&delivered("1", b"c\n"));
    live.read_until(|output| contains(&printed("1", output), b"value is 42\n"));
    let finished = live.finish();
    assert_eq!(finished.code(), 0, "{:?}", finished.stderr);
    let routes = by_route(&finished.stdout);
    assert_eq!(routes["0"].1, b"idle no more\n", "each worker gets what is for it");
    assert!(routes["1"].1.ends_with(b"value is 42\n"));
}

#[test]
fn packets_are_passed_on_with_the_rest_of_their_route() {
    let folder = Folder::new();
    let inner = format!("exec '{}' --stdin -c cat -c 'in=cat'", tool("subunit-mux").path);
    let live = start_mux(&folder, &["--stdin", "-c", &inner, "-c", "cat"]);
    live.write(&packet(&Event::test("deep").status(Status::Exists).route_code("0/in/7")));
    live.write(&packet(&Event::test("shallow").status(Status::Exists).route_code("1")));
    live.write(&delivered("0/0", b"bytes"));
    let finished = live.finish();
    assert_eq!(finished.code(), 0, "{:?}", finished.stderr);
    let got: BTreeSet<_> = lines(&finished).into_iter().collect();
    let expected = ["deep exists /0/in/7", "shallow exists /1", r#"- ... /0/0 stdout="bytes""#];
    assert_eq!(got, expected.map(String::from).into());
}

#[test]
fn the_end_of_the_file_stdin_ends_the_input_of_the_command() {
    let folder = Folder::new();
    let mut live = start_mux(&folder, &["--stdin", "-c", "cat; echo over"]);
    let last = Event::global_file("stdin", &b"words\n"[..]).eof().route_code("0");
    live.write(&packet(&last));
    live.read_until(|output| contains(output, b"over"));
    assert_eq!(live.finish().code(), 0);
}

#[test]
fn input_for_nobody_is_told_of_once() {
    let folder = Folder::new();
    let text = b"text\n".to_vec();
    let corrupt = with_flip(delivered("0", &[b'x'; 100]), 50, 1);
    for (stray, problem) in [
        (delivered("7", b"x"), "no command has the route code \"7\""),
        (packet(&Event::test("a")), "a packet has no route code"),
        (text, "text is for no command"),
        (corrupt, "bad checksum"),
    ] {
        let mut live = start_mux(&folder, &["--stdin", "-c", "cat"]);
        live.write(&[&stray[..], &stray, &delivered("0", b"for you")].concat());
        live.read_until(|output| contains(output, b"for you"));
        let finished = live.finish();
        assert!(trouble("subunit-mux", &finished).contains(problem), "{:?}", finished.stderr);
    }
}

#[test]
fn a_command_that_does_not_read_keeps_its_input_to_itself() {
    let folder = Folder::new();
    let mut live = start_mux(&folder, &["--stdin", "-c", "sleep 60 & wait", "-c", "cat"]);
    live.write(&delivered("0", &vec![b'x'; 3_000_000]));
    live.write(&delivered("1", b"for you"));
    live.read_until(|output| contains(output, b"for you"));
    signal(&live, Signal::TERM);
    assert_eq!(live.finish().code(), 143);
}

#[test]
fn recorded_streams_are_merged_by_the_times_in_them() {
    let folder = Folder::new();
    let run = read_data("testr-run.subunit");
    let mut args = vec!["--in-order".to_owned()];
    for worker in 0..4 {
        let filter = tool("subunit-filter").run(&["-s", "--xfail", &format!("--with-tag=worker-{worker}")], &run);
        folder.write(format!("{worker}"), &filter.stdout);
        args.push(worker.to_string());
    }
    let finished = run_mux(&folder, &args.iter().map(String::as_str).collect::<Vec<_>>(), b"");
    assert_eq!(finished.code(), 0);
    let items = items::decode(&finished.stdout);
    let times: Vec<_> = items::events(&items).into_iter().filter_map(|event| event.timestamp).collect();
    assert!(times.len() > 2000 && times.is_sorted(), "time goes on through all of them");
    let routes = by_route(&finished.stdout);
    for worker in 0..4 {
        let code = worker.to_string();
        assert!(routes[&code].0 == folder.read(&code), "worker {worker} is all there, in order");
    }
}

#[test]
fn what_has_no_time_stays_with_what_came_before_it() {
    let folder = Folder::new();
    let exists = |id: &'static str| Event::test(id).status(Status::Exists);
    folder.write("a", &[b"start\n".to_vec(), stream([exists("a5").at(at(5, 0)), exists("a?")])].concat());
    let late = stream([exists("b4").at(at(4, 0)), exists("b5").at(at(5, 0)), exists("b3").at(at(3, 0))]);
    folder.write("b", &late);
    let finished = run_mux(&folder, &["--in-order", "b", "a"], b"");
    let ids: Vec<_> =
        lines(&finished).iter().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(ids, ["-", "b4", "b5", "b3", "a5", "a?"]);
    let finished = run_mux(&folder, &["--in-order", "a", "missing"], b"");
    assert_eq!(trouble("subunit-mux", &finished), "missing: No such file or directory");
    assert_eq!(lines(&finished).len(), 3, "what can be merged is");
    let finished = run_mux(&folder, &["--in-order", "a", "/usr"], b"");
    assert_eq!(trouble("subunit-mux", &finished), "/usr: Is a directory");
    assert_eq!(lines(&finished).len(), 3);
}

#[test]
fn two_recorded_runs_make_one() {
    let run = data("testr-run.subunit");
    let mut command = tool("subunit-mux").command(["--in-order"]);
    command.args([&run, &run]);
    let finished = Pipeline::new([command]).run(b"");
    let listed = tool("subunit-ls").run(&[], &finished.stdout);
    assert_eq!(listed.text().lines().count(), 2 * 1355);
}
