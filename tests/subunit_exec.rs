//! What subunit-exec does.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use subunit_codec::{Event, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::{Live, Pipeline, closed_pipe};
use testkit::stream::{packet, test, with_flip};

use crate::every_tool::{contains, tool};
use crate::folder::Folder;
use crate::printed;
use crate::tool::{DEADLINE, data, peak_memory, skipped, trouble};

fn exec(args: &[&str]) -> Command {
    tool("subunit-exec").command(args)
}

/// Runs a shell script as the test `t`.
fn run_script(args: &[&str], script: &str) -> Finished {
    run_to_end(exec(&[&["--test-id", "t"], args, &["--", "sh", "-c", script]].concat()), b"")
}

/// Runs a shell script in a folder as the test `t`, with results on descriptor 3.
fn run_with_results(folder: &Folder, script: &str) -> Finished {
    let args = ["--test-id", "t", "--fd", "3", "--", "sh", "-c", script];
    run_to_end(folder.command(tool("subunit-exec"), &args), b"")
}

/// The packets without their times, a line each.
fn lines(finished: &Finished) -> Vec<String> {
    let is_time = |word: &&str| word.starts_with('@');
    let without_time = |line: String| line.split(' ').filter(|word| !is_time(word)).collect::<Vec<_>>().join(" ");
    printed::lines(&finished.stdout).into_iter().map(without_time).collect()
}

/// What is attached to the test `t` under a name, as text.
fn attached(finished: &Finished, name: &str) -> String {
    String::from_utf8(printed::file(&finished.stdout, Some("t"), name)).expect("it is text")
}

fn signal(live: &Live, signal: Signal) {
    let id = i32::try_from(live.process_ids()[0]).ok().and_then(Pid::from_raw).expect("it is a process id");
    kill_process(id, signal).expect("the process is there");
}

/// Writes a script that can be run.
fn write_program(folder: &Folder, name: &str, script: &str) {
    folder.write(name, script.as_bytes());
    fs::set_permissions(folder.path(name), fs::Permissions::from_mode(0o755)).expect("it is ours");
}

/// The folders of the tools, then the others.
fn path_with_tools() -> String {
    let tools = std::path::Path::new(tool("subunit-exec").path).parent().expect("it is in a folder");
    format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default())
}

#[test]
fn a_command_is_a_test_with_its_output_and_its_exit_status() {
    let finished = run_script(&["--tag", "x", "--tag", "y"], "echo out; echo err >&2; exit 3");
    finished.assert().code(1).stderr("");
    let mut lines = lines(&finished);
    assert_eq!(lines.remove(0), "t inprogress #x #y");
    assert_eq!(lines.pop().as_deref(), Some(r#"t fail #x #y exit="exit status 3\n" (text/plain;charset=utf8) eof"#));
    lines.sort_unstable();
    let expected = [
        r#"t ... stderr="" eof"#,
        r#"t ... stderr="err\n" (text/plain;charset=utf8)"#,
        r#"t ... stdout="" eof"#,
        r#"t ... stdout="out\n" (text/plain;charset=utf8)"#,
    ];
    assert_eq!(lines, expected);
    let times = printed::lines(&finished.stdout).iter().filter(|line| line.contains(" @")).count();
    assert_eq!(times, 6, "each packet has its time");

    let finished = run_script(&[], "true");
    finished.assert().code(0).stderr("");
    assert_eq!(
        self::lines(&finished),
        ["t inprogress", r#"t success exit="exit status 0\n" (text/plain;charset=utf8) eof"#],
        "what was not printed is not attached"
    );
}

#[test]
fn a_command_that_a_signal_ends_fails_and_says_which() {
    let finished = run_script(&[], "ulimit -c 0; kill -SEGV $$");
    assert_eq!(finished.code(), 1);
    assert!(attached(&finished, "exit").starts_with("signal 11 (SIGSEGV)"), "{:?}", lines(&finished));
}

#[test]
fn the_test_is_listed_with_its_time() {
    let exec = exec(&["--test-id", "lint", "--", "sh", "-c", "sleep 0.2; exit 2"]);
    let finished = Pipeline::new([exec, tool("subunit-ls").command(["-l"])]).run(b"");
    let columns: Vec<&str> = finished.text().split_whitespace().collect();
    let ["fail", seconds, "-", "lint"] = columns[..] else { panic!("{columns:?}") };
    assert!(seconds.parse::<f64>().expect("a number") >= 0.2, "{seconds}");
}

#[test]
fn the_command_is_the_name_unless_there_is_another() {
    for (args, id) in
        [(&["--", "sh", "-c", "true  # é"][..], "sh -c true  # é"), (&["--test-id", "a name", "--", "true"], "a name")]
    {
        let finished = run_to_end(exec(args), b"");
        assert_eq!(lines(&finished)[0], format!("{id} inprogress"));
    }
    let long = "x".repeat(300);
    for args in [&["--test-id", &long, "--", "true"][..], &["--", "true", &long]] {
        let finished = run_to_end(exec(args), b"");
        finished.assert().code(0).stderr("subunit-exec: the test id is longer than 256 bytes, and cut\n");
        let id = lines(&finished)[0].strip_suffix(" inprogress").expect("it begins").to_owned();
        assert!(id.len() == 256 && id.contains("xxx~"), "{id}");
    }
}

#[test]
fn a_command_that_cannot_be_started_is_a_failed_test_with_the_reason() {
    let folder = Folder::new();
    folder.write("no-program", b"");
    for fd in [&[][..], &["--fd", "3"], &["--fd", "9"]] {
        for (program, cause, status) in
            [("no-such", "No such file or directory", 127), ("./no-program", "Permission denied", 126)]
        {
            let args = [&["--test-id", "t"], fd, &["--", program]].concat();
            let finished = run_to_end(folder.command(tool("subunit-exec"), &args), b"");
            finished.assert().code(1).stderr("");
            let reason =
                format!(r#"reason="the command could not be started: {cause}\n" (text/plain;charset=utf8) eof"#);
            assert_eq!(lines(&finished), ["t inprogress".to_owned(), format!("t fail {reason}")]);
            let finished =
                run_to_end(folder.command(tool("subunit-exec"), &[&["--exit-status"], &args[..]].concat()), b"");
            assert_eq!(finished.code(), status);
        }
    }
}

#[test]
fn output_is_there_while_the_command_runs() {
    for fd in [&[][..], &["--fd", "3"]] {
        let script = "printf 'password: '; read x; printf 'again: ' >&2; read x; exit 0";
        let args = [fd, &["--", "sh", "-c", script]].concat();
        let mut live = Pipeline::new([exec(&args)]).deadline(DEADLINE).start();
        live.read_until(|output| contains(output, b"password: "));
        live.write(b"x\n");
        live.read_until(|output| contains(output, b"again: "));
        live.write(b"x\n");
        assert_eq!(live.finish().code(), 0);
    }
}

#[test]
fn packets_in_standard_output_are_taken_out_and_text_is_attached() {
    let folder = Folder::new();
    folder.write("packets", &[test("a", Status::Success), test("b", Status::Fail)].concat());
    let script = "printf 'no newline'; cat packets; echo after";
    let args = ["--test-id", "t", "--route-code", "web", "--", "sh", "-c", script];
    let finished = run_to_end(folder.command(tool("subunit-exec"), &args), b"");
    finished.assert().code(0).stderr("");
    let lines = lines(&finished);
    assert_eq!(lines[0], "t inprogress /web");
    let place =
        |line: &str| lines.iter().position(|other| other == line).unwrap_or_else(|| panic!("{line}: {lines:?}"));
    let places = [
        r#"t ... /web stdout="no newline" (text/plain;charset=utf8)"#,
        "a success /web",
        "b fail /web",
        r#"t success /web exit="exit status 0\n" (text/plain;charset=utf8) eof"#,
    ]
    .map(place);
    assert!(places.is_sorted(), "in this order, {lines:?}");
    assert_eq!(attached(&finished, "stdout"), "no newlineafter\n");
}

#[test]
fn results_are_forwarded_byte_for_byte_without_a_route_code() {
    let folder = Folder::new();
    let results = [test("a", Status::Success), packet(&Event::test("b").status(Status::Skip).route_code("0"))].concat();
    folder.write("results", &results);
    for args in [&["--", "cat", "results"][..], &["--fd", "7", "--", "sh", "-c", "cat results >&7"]] {
        let finished = run_to_end(folder.command(tool("subunit-exec"), args), b"");
        assert!(contains(&finished.stdout, &results));
    }
    let args = ["--route-code", "web", "--", "cat", "results"];
    let finished = run_to_end(folder.command(tool("subunit-exec"), &args), b"");
    let lines = lines(&finished);
    assert!(lines.contains(&"a success /web".to_owned()) && lines.contains(&"b skip /web/0".to_owned()), "{lines:?}");
}

/// What a hostile or careless test prints: packets that claim results, directives, half a packet,
/// packets with a wrong byte, and noise that begins like a packet.
fn forgery() -> Vec<u8> {
    let passed = test("real", Status::Success);
    [
        &b"unfinished line"[..],
        &test("t", Status::Success),
        &test("forged", Status::Fail),
        b"\nsuccess: real\ntest: forged\nfailure: forged [\n",
        &passed[..passed.len() / 2],
        &with_flip(passed.clone(), 8, 1),
        b"\xb3\x2b\x91\xbf\xff\xff\xb3\x00 \xff\x00",
    ]
    .concat()
}

#[test]
fn with_a_descriptor_for_results_nothing_printed_forges_breaks_or_hides_one() {
    let folder = Folder::new();
    let forgery = forgery();
    folder.write("forgery", &forgery);
    let real = [test("real", Status::Fail), test("other", Status::Success)];
    folder.write("first", &real[0][..5]);
    folder.write("rest", &[&real[0][5..], &real[1]].concat());
    // Between the two halves of a packet, too.
    let script = "cat forgery; cat first >&3; cat forgery; cat forgery >&2; cat rest >&3; cat forgery; exit 0";
    let finished = run_with_results(&folder, script);
    finished.assert().code(0).stderr("");
    let listed = run_to_end(tool("subunit-ls").command(["--json"]), &finished.stdout);
    let ids: Vec<&str> = listed.text().lines().filter_map(|line| line.split('"').nth(3)).collect();
    assert_eq!(ids, ["real", "other", "t"], "what was reported, and the command itself");
    assert!(contains(&finished.stdout, &real[0]) && contains(&finished.stdout, &real[1]), "as they were written");
    assert!(printed::file(&finished.stdout, Some("t"), "stdout") == forgery.repeat(3), "every byte is attached");
    assert!(printed::file(&finished.stdout, Some("t"), "stderr") == forgery);
}

#[test]
fn a_shell_script_writes_results_to_its_descriptor_over_ssh_too() {
    let folder = Folder::new();
    write_program(
        &folder,
        "run-tests",
        "#!/bin/sh\n\
         echo noise; printf 'test: x\\nsuccess: x\\n'\n\
         subunit-output --inprogress a >&$SUBUNIT_FD\n\
         subunit-output --fail a >&$SUBUNIT_FD\n\
         subunit-output --success b >&3\n",
    );
    // Like ssh it hands on standard input, output and error, and no other descriptor.
    write_program(&folder, "ssh", "#!/bin/bash\nexec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-\nshift\nexec sh -c \"$*\"\n");
    let listed = |program: &str, args: &[&str]| {
        let mut command = Command::new(program);
        command.args(args).current_dir(folder.path("")).env("PATH", path_with_tools());
        let mut list = tool("subunit-ls").command(["-l", "--no-passthrough"]);
        list.current_dir(folder.path(""));
        let finished = Pipeline::new([command, list]).run(b"");
        let lines = finished.text().lines().map(|line| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            format!("{} {} {}", columns[0], columns[2], columns[3])
        });
        lines.collect::<Vec<_>>()
    };
    let here = listed("subunit-exec", &["--test-id", "t", "--fd", "3", "--", "./run-tests"]);
    assert_eq!(here, ["fail - a", "success - b", "success - t"]);
    let far = "./ssh web subunit-exec --test-id t --fd 3 -- ./run-tests";
    let there = listed("subunit-mux", &["-c", &format!("web={far}")]);
    assert_eq!(there, ["fail web a", "success web b", "success web t"]);
}

#[test]
fn results_may_be_version_1_and_text_between_them_stays_text() {
    let folder = Folder::new();
    let script = "printf 'building\\ntest: a\\nfailure: a [\\nboom\\n]\\n' >&3";
    let results = |args: &[&str]| {
        let args = [&["--test-id", "t", "--route-code", "r", "--fd", "3"], args, &["--", "sh", "-c", script]].concat();
        let finished = run_to_end(folder.command(tool("subunit-exec"), &args), b"");
        let lines = lines(&finished);
        lines.into_iter().filter(|line| !line.starts_with("t ")).collect::<Vec<_>>()
    };
    let translated = results(&[]).join("\n");
    assert!(translated.starts_with("- ... /r stdout=\"building\\n\"\na inprogress /r\n"), "{translated}");
    assert!(translated.contains("traceback=\"boom\\n\"") && translated.ends_with("a fail /r"), "{translated}");
    assert!(results(&["--protocol", "2"]).iter().all(|line| line.starts_with("- ... /r stdout=")), "it is text");
}

#[test]
fn a_result_that_fails_speaks_for_itself_and_one_without_an_end_fails_the_command() {
    let folder = Folder::new();
    folder.write("fails", &test("a", Status::Fail));
    folder.write("hangs", &packet(&Event::test("a").status(Status::InProgress)));
    folder.write("attached", &packet(&Event::test("a").file("log", &b"x"[..])));
    let unfinished = "a reported test did not finish";
    for (name, exit, status, end) in [
        ("fails", 0, Status::Success, "exit status 0\n".to_owned()),
        ("fails", 1, Status::Fail, "exit status 1\n".to_owned()),
        ("hangs", 0, Status::Fail, format!("exit status 0, {unfinished}\n")),
        ("hangs", 77, Status::Fail, format!("exit status 77, {unfinished}\n")),
        ("attached", 0, Status::Success, "exit status 0\n".to_owned()),
    ] {
        for (redirection, fd) in [("", &[][..]), (">&3", &["--fd", "3"])] {
            let script = format!("cat {name} {redirection}; exit {exit}");
            let args = [fd, &["--skip-status=77", "--test-id", "t", "--", "sh", "-c", &script]].concat();
            let finished = run_to_end(folder.command(tool("subunit-exec"), &args), b"");
            assert_eq!(finished.code(), i32::from(status == Status::Fail), "{script}");
            assert_eq!(attached(&finished, "exit"), end, "{script}");
            let last = lines(&finished).pop().expect("there are packets");
            assert!(last.starts_with(&format!("t {status} ")), "{last}");
        }
    }
}

#[test]
fn a_channel_that_the_command_closes_has_ended_and_the_command_goes_on() {
    let folder = Folder::new();
    folder.write("a", &test("a", Status::Success));
    let finished = run_with_results(&folder, "cat a >&3; exec 3>&-; echo still; sleep 0.3; echo here");
    finished.assert().code(0).stderr("");
    assert_eq!(attached(&finished, "stdout"), "still\nhere\n");
    let finished = run_with_results(&folder, "exec >&- 2>&- 3>&-; sleep 0.3; exit 5");
    finished.assert().code(1).stderr("");
    assert_eq!(attached(&finished, "exit"), "exit status 5\n");
}

#[test]
fn damage_in_results_is_a_failed_test_on_their_route() {
    let folder = Folder::new();
    folder.write("broken", &with_flip(test("a", Status::Success), 8, 1));
    let args = ["--test-id", "t", "--route-code", "r", "--fd", "3", "--", "sh", "-c", "cat broken >&3"];
    let finished = run_to_end(folder.command(tool("subunit-exec"), &args), b"");
    assert_eq!(finished.code(), 0, "the report speaks for itself");
    let lines = lines(&finished);
    assert!(lines.iter().any(|line| line.starts_with("subunit.parser fail /r Parser Error=")), "{lines:?}");
}

#[test]
fn a_result_without_room_for_the_route_code_is_reported() {
    let folder = Folder::new();
    let longest = packet(&Event::test("x".repeat(subunit_codec::MAX_LENGTH - 13)).status(Status::Success));
    folder.write("longest", &longest);
    let args = ["--route-code", "r", "--", "cat", "longest"];
    let finished = run_to_end(folder.command(tool("subunit-exec"), &args), b"");
    let data = printed::file(&finished.stdout, Some("subunit.parser"), "Packet data");
    assert!(data == longest, "nothing of it is lost");
    assert_eq!(printed::strays(&finished.stdout), [""; 0]);
}

#[test]
fn processes_left_behind_are_counted_and_waited_for_a_second_only() {
    for (script, left, is_cut) in [
        ("echo a; sleep 60 & sleep 60 & exit 0", "2 processes", true),
        ("sleep 60 >/dev/null 2>&1 3>&- & echo a", "1 process", false),
    ] {
        for fd in [&[][..], &["--fd", "3"]] {
            let since = Instant::now();
            let finished = run_script(fd, script);
            assert!(since.elapsed() < Duration::from_secs(20), "it does not wait for them");
            assert_eq!(finished.code(), 0, "{script}");
            assert_eq!(attached(&finished, "exit"), format!("exit status 0, left {left} behind\n"));
            assert_eq!(attached(&finished, "stdout"), "a\n");
            let said = &finished.stderr[0];
            assert_eq!(said.contains("the output of background processes is ignored"), is_cut, "{script}: {said}");
        }
    }
    let finished = run_script(&[], "(sleep 0.3; echo late) & echo a");
    finished.assert().code(0).stderr("");
    assert_eq!(attached(&finished, "stdout"), "a\nlate\n", "last words are read");
}

#[test]
fn a_command_that_takes_too_long_is_signalled_with_all_that_it_started() {
    let folder = Folder::new();
    for (args, script, end) in [
        (&["--timeout", "300ms"][..], "echo before; sleep 60", "signal 15 (SIGTERM)"),
        (
            &["--timeout", "0.3", "--timeout-signal", "usr1"],
            "trap 'echo dump; exit 0' USR1; echo before; sleep 60 & wait",
            "exit status 0",
        ),
    ] {
        let args = [&["--test-id", "t"], args, &["--", "sh", "-c", script]].concat();
        let since = Instant::now();
        let finished = run_to_end(folder.command(tool("subunit-exec"), &args), b"");
        assert!(since.elapsed() < Duration::from_secs(20));
        finished.assert().code(1).stderr("");
        assert_eq!(attached(&finished, "exit"), format!("timeout after 0.3 s, {end}\n"));
        assert!(attached(&finished, "stdout").starts_with("before\n"), "its output is there");
    }
}

#[test]
fn a_command_that_ignores_the_signal_is_killed_with_its_group() {
    let folder = Folder::new();
    let script = "trap '' TERM; sleep 60 & echo $! > pid; wait; sleep 60";
    let args = ["--test-id", "t", "--timeout", "0.2", "--", "sh", "-c", script];
    let since = Instant::now();
    let finished = run_to_end(folder.command(tool("subunit-exec"), &args), b"");
    let seconds = since.elapsed().as_secs();
    assert!((10..20).contains(&seconds), "after {seconds} s");
    assert_eq!(attached(&finished, "exit"), "timeout after 0.2 s, signal 9 (SIGKILL)\n");
}

#[test]
fn a_command_in_time_is_not_signalled() {
    let finished = run_script(&["--timeout", "1h"], "exit 0");
    assert_eq!((finished.code(), &*attached(&finished, "exit")), (0, "exit status 0\n"));
}

#[test]
fn exit_statuses_can_mean_skip_and_can_be_passed_on() {
    for (args, script, code, status) in [
        (&["--skip-status", "77"][..], "exit 77", 0, "skip"),
        (&["--skip-status", "77", "--skip-status", "5"], "exit 5", 0, "skip"),
        (&["--skip-status", "77"], "exit 7", 1, "fail"),
        (&["--skip-status", "137"], "kill -KILL $$", 1, "fail"),
        (&["--exit-status"], "exit 7", 7, "fail"),
        (&["--exit-status"], "exit 0", 0, "success"),
        (&["--exit-status"], "kill -KILL $$", 137, "fail"),
        (&["--exit-status", "--skip-status", "77"], "exit 77", 77, "skip"),
        (&["--exit-status", "--timeout", "0.2"], "trap 'exit 0' TERM; sleep 60 & wait", 1, "fail"),
    ] {
        let finished = run_script(args, script);
        assert_eq!(finished.code(), code, "{args:?} {script}");
        let last = lines(&finished).pop().expect("there are packets");
        assert!(last.starts_with(&format!("t {status} ")), "{last}");
        let reason = attached(&finished, "reason");
        assert_eq!(reason.is_empty(), status != "skip", "{last}");
    }
}

#[test]
fn a_test_may_be_one_that_cannot_run_alone() {
    let finished = run_script(&["--not-runnable"], "echo a");
    assert!(lines(&finished).iter().all(|line| line.contains(" not-runnable")), "{:?}", lines(&finished));
}

#[test]
fn a_signal_fails_the_test_whatever_the_command_makes_of_it() {
    for (number, name, code) in [(Signal::INT, "2 (SIGINT)", 130), (Signal::TERM, "15 (SIGTERM)", 143)] {
        let script = "trap 'echo bye; kill $!; exit 0' INT TERM; echo ready; sleep 60 & wait";
        let args = ["--test-id", "t", "--exit-status", "--", "sh", "-c", script];
        let mut live = Pipeline::new([exec(&args)]).deadline(DEADLINE).start();
        live.read_until(|output| contains(output, b"ready"));
        signal(&live, number);
        live.read_to_end();
        let finished = live.finish();
        finished.assert().code(code).stderr("");
        assert_eq!(attached(&finished, "stdout"), "ready\nbye\n");
        assert_eq!(attached(&finished, "exit"), format!("interrupted by signal {name}, exit status 0\n"));
        assert!(lines(&finished).pop().is_some_and(|last| last.starts_with("t fail ")));
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_command() {
    let folder = Folder::new();
    let script = "trap 'echo $? > ended; exit' TERM; while :; do echo more || :; sleep 0.05; done";
    let mut head = Command::new("head");
    head.args(["-c", "100"]);
    let command = folder.command(tool("subunit-exec"), &["--", "sh", "-c", script]);
    let finished = Pipeline::new([command, head]).deadline(DEADLINE).run(b"");
    assert_eq!(finished.statuses[0].code(), Some(141));
    assert!(folder.path("ended").exists(), "the command got SIGTERM");
    let finished = Pipeline::new([exec(&["--", "touch", "/proc/no"])]).output(closed_pipe()).run(b"");
    finished.assert().code(141).stderr("");
}

#[test]
fn a_reader_that_stops_stops_the_command_and_nothing_is_lost() {
    let script = "seq 200000";
    for fd in [&[][..], &["--fd", "3"]] {
        let args = [fd, &["--test-id", "t", "--", "sh", "-c", script]].concat();
        let mut slow = Command::new("sh");
        slow.args(["-c", "sleep 1; cat"]);
        let finished = Pipeline::new([exec(&args), slow]).deadline(DEADLINE).run(b"");
        let printed = attached(&finished, "stdout");
        assert!(printed.lines().map(str::parse).eq((1..=200_000).map(Ok::<u32, _>)), "each line is there");
    }
}

#[test]
fn memory_does_not_grow_with_the_output() {
    for fd in [&[][..], &["--fd", "3"]] {
        let script = "head -c 60000000 /dev/zero | tr '\\0' x; echo >&2 done; read x";
        let args = [fd, &["--", "sh", "-c", script]].concat();
        let mut live = Pipeline::new([exec(&args)]).deadline(3 * DEADLINE).start();
        live.read_until(|output| contains(&output[output.len().saturating_sub(200)..], b"done"));
        let most = peak_memory(live.process_ids()[0]);
        assert!(most < 16 << 20, "{most} bytes");
        live.write(b"\n");
        assert_eq!(live.finish().code(), 0);
    }
}

#[test]
fn a_command_that_runs_tests_of_its_own_nests() {
    let folder = Folder::new();
    write_program(
        &folder,
        "outer",
        "#!/bin/sh\n\
         subunit-exec --test-id inner --fd 3 -- sh -c 'echo inside; subunit-output --success leaf >&3' >&4\n",
    );
    let mut command = exec(&["--test-id", "t", "--fd", "4", "--", "./outer"]);
    command.current_dir(folder.path("")).env("PATH", path_with_tools());
    let finished = run_to_end(command, b"");
    assert_eq!(finished.code(), 0, "{:?}", finished.stderr);
    let listed = run_to_end(tool("subunit-ls").command([""; 0]), &finished.stdout);
    assert_eq!(listed.text(), "leaf\ninner\nt\n");
}

#[test]
fn make_runs_as_a_test() {
    let folder = Folder::new();
    folder.write("Makefile", b"lint:\n\t@echo checking\n\t@false\n");
    let finished = run_to_end(folder.command(tool("subunit-exec"), &["--test-id", "t", "--", "make", "lint"]), b"");
    assert_eq!(finished.code(), 1);
    assert_eq!(attached(&finished, "exit"), "exit status 2\n");
    assert_eq!(attached(&finished, "stdout"), "checking\n");
    assert!(attached(&finished, "stderr").contains("Error 1"), "{:?}", lines(&finished));
}

#[test]
fn a_bats_file_runs_with_results_on_the_descriptor() {
    if Command::new("bats").arg("--version").output().is_err() {
        return skipped("bats is not installed");
    }
    let folder = Folder::new();
    folder.write("t.bats", b"@test 'adds' { echo 'not ok 7'; [ 1 -eq 1 ]; }\n@test 'breaks' { false; }\n");
    let script = "bats --tap t.bats | tap2subunit >&3";
    let mut command = exec(&["--test-id", "t", "--fd", "3", "--", "sh", "-c", script]);
    command.current_dir(folder.path("")).env("PATH", path_with_tools());
    let finished = run_to_end(command, b"");
    let listed = run_to_end(tool("subunit-ls").command(["-l"]), &finished.stdout);
    let rows: Vec<String> = listed
        .text()
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| Some(format!("{} {}", line.split_whitespace().next()?, line.split("  ").last()?.trim())))
        .collect();
    assert_eq!(rows, ["success test 1 adds", "fail test 2 breaks", "success t"], "{:?}", finished.stderr);
}

#[test]
fn a_whole_test_script_in_shell_reports_each_outcome_with_what_it_printed() {
    let script = data("sort-tests.sh");
    let mut command = exec(&["--test-id", "t", "--fd", "3", "--", "sh"]);
    command.arg(script).env("PATH", path_with_tools()).env_remove("HUGE");
    let finished = run_to_end(command, b"");
    finished.assert().code(0).stderr("");
    let listed = run_to_end(tool("subunit-ls").command(["-l"]), &finished.stdout);
    let rows: Vec<String> = listed.text().lines().map(|line| [&line[..10], &line[41..]].concat()).collect();
    let expected = [
        "success   sort.lines",
        "success   sort.reverse",
        "success   sort.numbers",
        "success   sort.once",
        "success   sort.output",
        "success   sort.check_option",
        "success   sort.missing_file",
        "xfail     sort.in_place",
        "skip      sort.other_system",
        "skip      sort.huge",
        "success   t",
    ];
    assert_eq!(rows, expected);
    let file = |id: &str, name: &str| printed::file(&finished.stdout, Some(id), name).escape_ascii().to_string();
    assert_eq!(file("sort.in_place", "log"), r"expected \'5\', got \'0\'\n");
    assert_eq!(file("sort.huge", "reason"), r"set HUGE to sort 10 GB\n");
    assert_eq!(file("t", "stdout"), r"success: sort.lines\n", "what is printed is no result");
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    for (args, line) in [
        (&[][..], "the following required arguments were not provided: <COMMAND>..."),
        (&["--"], "the following required arguments were not provided: <COMMAND>..."),
        (&["--protocol", "1", "--", "true"], "--protocol is for --fd; see --help"),
        (&["--fd", "2", "--", "true"], "invalid value '2' for '--fd <N>': 2 is not in 3..=9"),
        (&["--fd", "10", "--", "true"], "invalid value '10' for '--fd <N>': 10 is not in 3..=9"),
        (&["--skip-status", "0", "--", "true"], "invalid value '0' for '--skip-status <N>': 0 is not in 1..=255"),
        (&["--test-id", "", "--", "true"], "a value is required for '--test-id <ID>' but none was supplied"),
        (&["--tag", "", "--", "true"], "a value is required for '--tag <TAG>' but none was supplied"),
        (
            &["--timeout", "soon", "--", "true"],
            "invalid value 'soon' for '--timeout <TIME>': not a duration such as 90, 1.5s, 500ms, 10m or 2h",
        ),
        (
            &["--timeout", "1", "--timeout-signal", "NONE", "--", "true"],
            "invalid value 'NONE' for '--timeout-signal <SIG>': \
             no signal of the system; try TERM, INT, QUIT, ABRT or a number",
        ),
        (&["true"], "unexpected argument 'true' found"),
    ] {
        let finished = run_to_end(exec(args), b"");
        let said = trouble("subunit-exec", &finished);
        assert_eq!(said.split("; see").next(), line.split("; see").next(), "{args:?}");
        assert!(finished.stdout.is_empty(), "{args:?}");
    }
}
