//! What subunit-sched does.

mod fakes;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use subunit_codec::{Event, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::stream::{at, stream};

use self::fakes::{fake, fates};
use crate::every_tool::{contains, tool};
use crate::folder::Folder;
use crate::printed;
use crate::tool::{data, skipped};

/// Runs tests of these ids with one of the fakes.
#[track_caller]
fn sched_in(folder: &Folder, args: &[&str], kind: &str, what: &str, ids: &[&str]) -> Finished {
    let fake = fake(kind);
    let args: Vec<&str> = args.iter().copied().chain(["--"]).chain(fake.iter().map(String::as_str)).collect();
    let mut command = folder.command(tool("subunit-sched"), &args);
    command.envs(fates(what));
    run_to_end(command, ids.join("\n").as_bytes())
}

fn sched(args: &[&str], kind: &str, what: &str, ids: &[&str]) -> Finished {
    sched_in(&Folder::new(), args, kind, what, ids)
}

/// The packets about tests, without what was printed.
fn tests(finished: &Finished) -> Vec<String> {
    let lines = printed::lines(&finished.stdout).into_iter();
    lines.filter(|line| !line.starts_with("- ") && !line.starts_with("text ")).collect()
}

/// The final statuses of each test, but skips because of a dead worker.
fn results(finished: &Finished) -> BTreeMap<String, Vec<String>> {
    let mut results = BTreeMap::<_, Vec<String>>::new();
    for line in tests(finished).iter().filter(|line| !line.contains("#worker-died")) {
        let (id, rest) = line.split_once(' ').expect("a line has words");
        let status = rest.split(' ').next().expect("a line has a status");
        if !["inprogress", "exists", "..."].contains(&status) {
            results.entry(id.to_owned()).or_default().push(status.to_owned());
        }
    }
    results
}

/// Makes sure that each test has one result.
#[track_caller]
fn assert_results(finished: &Finished, expected: &[(&str, &str)]) {
    let expected: BTreeMap<String, Vec<String>> =
        expected.iter().map(|(id, status)| ((*id).to_owned(), vec![(*status).to_owned()])).collect();
    assert_eq!(results(finished), expected, "{:?} {:?}", tests(finished), finished.stderr);
}

const IDS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const ALL_GOOD: [(&str, &str); 6] =
    [("a", "success"), ("b", "success"), ("c", "success"), ("d", "success"), ("e", "success"), ("f", "success")];

#[test]
fn each_test_runs_once_on_one_of_the_workers() {
    for kind in ["runner", "server"] {
        for count in ["1", "2", "9"] {
            let args = if kind == "server" { vec!["--rpc", "-j", count] } else { vec!["-j", count] };
            let finished = sched(&args, kind, "", &IDS);
            assert_eq!(finished.code(), 0, "{kind}: {:?}", finished.stderr);
            assert_results(&finished, &ALL_GOOD);
            assert!(tests(&finished).iter().all(|line| line.contains(" /")), "{:?}", tests(&finished));
            assert!(!contains(&finished.stdout, b"testrepository-rpc"), "messages stay inside");
        }
    }
}

#[test]
fn a_failure_is_one_and_the_status_says_so() {
    for args in [&["-j", "2"][..], &["-j", "2", "--rpc"]] {
        let kind = if args.len() == 3 { "server" } else { "runner" };
        let finished = sched(args, kind, "", &["a", "bad", "c"]);
        assert_eq!(finished.code(), 1, "{:?}", finished.stderr);
        assert_results(&finished, &[("a", "success"), ("bad", "fail"), ("c", "success")]);
    }
}

#[test]
fn a_test_whose_worker_dies_runs_once_more() {
    for args in [&["-j", "2"][..], &["-j", "2", "--rpc"]] {
        let kind = if args.len() == 3 { "server" } else { "runner" };
        for how in ["kill", "3", "0", "255"] {
            for point in ["before", "during"] {
                let what = format!("{point}:c:{how}!");
                let finished = sched(args, kind, &what, &IDS);
                assert_results(&finished, &ALL_GOOD);
                let said = tests(&finished).join("\n");
                if point == "during" {
                    assert!(said.contains("c skip #worker-died"), "{what}: {said}");
                    assert!(said.contains("while this test ran; given to "), "{what}: {said}");
                }
                assert_eq!(finished.code(), 0, "{what}: {:?} {said}", finished.stderr);
            }
        }
    }
}

#[test]
fn a_test_that_kills_each_worker_fails_with_both_ends() {
    for args in [&["-j", "2"][..], &["-j", "2", "--rpc"]] {
        let kind = if args.len() == 3 { "server" } else { "runner" };
        let finished = sched(args, kind, "during:c:kill", &IDS);
        let expected: Vec<_> =
            ALL_GOOD.into_iter().map(|(id, good)| (id, if id == "c" { "fail" } else { good })).collect();
        assert_results(&finished, &expected);
        assert_eq!(finished.code(), 1);
        let said = tests(&finished).join("\n");
        assert!(said.matches("signal 9 (SIGKILL)").count() == 3, "{said}");
        assert!(said.contains("while it ran once more"), "{said}");
    }
}

#[test]
fn a_test_that_is_left_out_twice_has_no_result() {
    for args in [&["-j", "2"][..], &["-j", "2", "--rpc"]] {
        let kind = if args.len() == 3 { "server" } else { "runner" };
        let finished = sched(args, kind, "instead:c:skip", &["a", "c"]);
        assert_results(&finished, &[("a", "success"), ("c", "fail")]);
        assert!(tests(&finished).join("\n").contains("no result"), "{:?}", tests(&finished));
        assert_eq!(finished.code(), 1);
        let once = sched(args, kind, "instead:c:skip!", &["a", "c"]);
        assert_results(&once, &[("a", "success"), ("c", "success")]);
        assert_eq!(once.code(), 0);
    }
}

#[test]
fn a_worker_that_always_dies_is_given_up_and_its_tests_fail() {
    for args in [&["-j", "1", "--max-deaths", "2"][..], &["-j", "1", "--max-deaths", "2", "--rpc"]] {
        let kind = if args.len() == 5 { "server" } else { "runner" };
        let finished = sched(args, kind, "before:b:9", &["a", "b", "c"]);
        assert_results(&finished, &[("a", "success"), ("b", "fail"), ("c", "fail")]);
        assert!(contains(&finished.stdout, b"no worker is left to run this test"));
        assert_eq!(finished.code(), 1, "{:?}", finished.stderr);
        assert_eq!(finished.stderr[0].matches("is started again").count(), 2, "{:?}", finished.stderr);
    }
}

#[test]
fn a_command_that_cannot_run_is_trouble_and_no_test_is_good() {
    for args in [&["-j", "2", "--", "no-such-command"][..], &["--worker", "sh -c", "--", "exit 255"]] {
        let finished = run_to_end(tool("subunit-sched").command(args), b"a\nb\n");
        assert_results(&finished, &[("a", "fail"), ("b", "fail")]);
        assert_eq!(finished.code(), 2, "{:?}", finished.stderr);
    }
}

#[test]
fn a_command_that_fails_without_a_failed_test_is_a_failure() {
    let finished = sched(&["-j", "1"], "runner", "end::3", &["a"]);
    assert_eq!(finished.code(), 1);
    assert!(tests(&finished).join("\n").contains("the command ended with exit status 3"));
    let finished = sched(&["-j", "1", "--rpc"], "server", "goodbye::3", &["a"]);
    assert_eq!(finished.code(), 1, "{:?}", tests(&finished));
}

/// Modules that cannot be imported, say.
#[test]
fn a_runner_that_says_without_a_result_that_it_failed_has_failed() {
    let finished = sched(&["-j", "1"], "runner", "before:c:1!", &["a", "c"]);
    let all = results(&finished);
    assert_eq!((&*all["a"], &*all["c"]), (&["success".to_owned()][..], &["success".to_owned()][..]));
    assert_eq!(finished.code(), 1, "{:?}", tests(&finished));
}

#[test]
fn what_is_no_server_runs_nothing() {
    for (what, problem) in [
        ("hello::runs", "reported a test before it said Hello"),
        ("hello::nonsense", "sent what is no message"),
        ("hello::newer", "it speaks versions 2 to 3 of the RPC, not 1"),
        ("hello::3", "did not say Hello before it ended"),
    ] {
        let finished = sched(&["-j", "2", "--rpc", "--max-deaths", "1"], "server", what, &["a", "b"]);
        assert_results(&finished, &[("a", "fail"), ("b", "fail")]);
        assert_eq!(finished.code(), 2, "{what}: {:?}", finished.stderr);
        assert!(finished.stderr[0].contains(problem), "{what}: {:?}", finished.stderr);
    }
    let plain = run_to_end(tool("subunit-sched").command(["--rpc", "-j", "1", "--", "true"]), b"a\n");
    assert_eq!(plain.code(), 2, "{:?}", plain.stderr);
}

#[test]
fn a_server_that_is_done_while_a_test_runs_is_not_trusted() {
    let finished = sched(&["-j", "1", "--rpc"], "server", "unfinished:a:skip!", &["a", "b"]);
    assert_results(&finished, &[("a", "success"), ("b", "success")]);
    assert!(tests(&finished).join("\n").contains("a skip #worker-died"), "{:?}", tests(&finished));
    let finished = sched(&["-j", "1", "--rpc"], "server", "unfinished:a:skip", &["a", "b"]);
    assert_results(&finished, &[("a", "fail"), ("b", "success")]);
}

#[test]
fn a_worker_that_says_nothing_is_ended() {
    for (args, kind) in
        [(&["-j", "1", "--timeout", "1"][..], "runner"), (&["-j", "1", "--timeout", "1", "--rpc"], "server")]
    {
        let began = Instant::now();
        let finished = sched(args, kind, "during:b:hang!", &["a", "b", "c"]);
        assert_results(&finished, &[("a", "success"), ("b", "success"), ("c", "success")]);
        assert!(tests(&finished).join("\n").contains("no packet for 1 s"), "{:?}", tests(&finished));
        assert!(began.elapsed() < Duration::from_secs(30));
        assert_eq!(finished.code(), 0);
    }
}

#[test]
fn the_longest_tests_come_first_behind_those_that_are_new_or_asked_for() {
    let folder = Folder::new();
    let took = |id: &'static str, seconds: u32| {
        [
            Event::test(id).status(Status::InProgress).at(at(1000, 0)),
            Event::test(id).status(Status::Success).at(at(1000 + seconds, 0)),
        ]
    };
    let run = [took("a", 100), took("b", 300), took("c", 200), took("d", 400)];
    folder.write("run", &stream(run.into_iter().flatten()));
    folder.write("first", b"c\n");
    let order = |args: &[&str], ids: &[&str]| {
        let all = [&["-j", "1", "--times", "run", "--overhead", "0.1s"][..], args].concat();
        let finished = sched_in(&folder, &all, "runner", "", ids);
        let begun = tests(&finished).into_iter().filter(|line| line.contains(" inprogress"));
        begun.map(|line| line.split(' ').next().expect("a word").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(order(&[], &["a", "b", "c", "d"]), ["d", "b", "c", "a"]);
    assert_eq!(order(&["--first", "first"], &["a", "b", "c", "new"]), ["c", "new", "b", "a"]);
    assert_eq!(order(&["--group", "[ad]"], &["a", "b", "c", "d"]), ["d", "b", "c", "a"]);
    assert_eq!(order(&["--group", "^.*$|[ab]()"], &["a", "b"]), ["b", "a"]);
}

#[test]
fn workers_have_names_tags_and_prefixes() {
    let folder = Folder::new();
    // Stands for ssh: joins its arguments for a shell.
    folder.write("far", b"#!/bin/sh\nhost=$1\nshift\nexport host\nexec sh -c \"$*\"\n");
    let script = format!(
        "while read id; do {0} --success $id --tag at-$host --timestamp none; done",
        tool("subunit-output").path
    );
    let args = ["--tag=host-", "--worker", "web=sh far 'w eb'", "--worker", "sh far db", "--announce", "--", &script];
    let finished = run_to_end(folder.command(tool("subunit-sched"), &args), b"a\nb\n");
    assert_eq!(finished.code(), 0, "{:?}", finished.stderr);
    let lines = tests(&finished);
    assert_eq!(&lines[..2], ["a exists", "b exists"]);
    for line in &lines[2..] {
        assert!(line.ends_with(" #at-db #host-1 /1") || line.ends_with(" #at-w #host-web /web"), "{line}");
    }
    assert_results(&finished, &[("a", "success"), ("b", "success")]);
}

#[test]
fn a_list_may_be_a_file_whose_path_is_an_argument() {
    let script = format!("cat; while read id; do {0} --success $id; done < \"$1\"", tool("subunit-output").path);
    let args = ["-j", "2", "--", "sh", "-c", &script, "sh", "{list}"];
    let finished = run_to_end(tool("subunit-sched").command(args), b"a\nb\n# c\n");
    assert_results(&finished, &[("a", "success"), ("b", "success")]);
    assert_eq!(finished.code(), 0);
}

#[test]
fn lists_may_be_empty_have_doubles_or_be_streams() {
    let finished = sched(&["-j", "2"], "runner", "", &[]);
    assert_eq!((tests(&finished).len(), finished.code()), (0, 0), "{:?}", finished.stderr);
    assert_results(&sched(&["-j", "2"], "runner", "", &["a", "b", "a"]), &[("a", "success"), ("b", "success")]);
    let listed = stream(["a", "b"].map(|id| Event::test(id).status(Status::Exists)));
    let folder = Folder::new();
    folder.write("list", &listed);
    let finished = sched_in(&folder, &["-j", "2", "--load-list", "list"], "runner", "", &[]);
    assert_results(&finished, &[("a", "success"), ("b", "success")]);
}

#[test]
fn results_that_nobody_asked_for_are_passed_on() {
    let script = format!("{0} --fail other; while read id; do {0} --success $id; done", tool("subunit-output").path);
    let finished = run_to_end(tool("subunit-sched").command(["-j", "1", "--", "sh", "-c", &script]), b"a\n");
    assert_results(&finished, &[("a", "success"), ("other", "fail")]);
    assert_eq!(finished.code(), 1);
}

#[test]
fn no_list_and_no_command_is_left_behind() {
    let folder = Folder::new();
    let temporary = folder.path("tmp");
    fs::create_dir(&temporary).expect("there is room for a folder");
    let script = "cat \"$1\" > copy; sleep 100 & exit 0";
    let args = ["-j", "1", "--", "sh", "-c", script, "sh", "{list}"];
    let mut command = folder.command(tool("subunit-sched"), &args);
    command.env("TMPDIR", &temporary);
    let finished = run_to_end(command, b"a\n");
    assert_eq!(finished.code(), 1, "{:?}", finished.stderr);
    assert_eq!(folder.read("copy"), b"a\n");
    assert_eq!(fs::read_dir(&temporary).expect("it can be read").count(), 0);
}

#[test]
fn after_a_signal_no_more_tests_begin_and_those_that_ran_have_failed() {
    let script = format!(
        "read id; {0} --success $id; read id; {0} --inprogress $id; kill -INT $PPID; sleep 60; {0} --success $id",
        tool("subunit-output").path
    );
    let finished = run_to_end(tool("subunit-sched").command(["-j", "1", "--", "sh", "-c", &script]), b"a\nb\nc\n");
    assert_results(&finished, &[("a", "success"), ("b", "fail")]);
    assert!(tests(&finished).join("\n").contains("interrupted by signal 2 (SIGINT)"), "{:?}", tests(&finished));
    assert_eq!((finished.code(), &*finished.stderr[0]), (130, ""));
}

#[test]
fn a_full_disk_ends_all_workers_with_one_line() {
    let script = format!("while read id; do {0} --success $id; done; sleep 60", tool("subunit-output").path);
    let shell = format!("exec {} -j 2 -- sh -c '{script}' > /dev/full", tool("subunit-sched").path);
    let mut command = Command::new("sh");
    command.args(["-c", &shell]);
    let began = Instant::now();
    let finished = run_to_end(command, b"a\nb\n");
    assert_eq!(
        (finished.code(), &*finished.stderr[0]),
        (2, "subunit-sched: standard output: No space left on device\n")
    );
    assert!(began.elapsed() < Duration::from_secs(30), "nothing waits for the workers");
}

#[test]
fn a_command_fails_as_often_as_it_was_started() {
    let finished = run_to_end(tool("subunit-sched").command(["-j", "1", "--", "false"]), b"a\nb\n");
    let results = results(&finished);
    assert_eq!((results["false"].len(), results["a"].len(), results["b"].len()), (4, 1, 1), "{results:?}");
}

#[test]
fn a_server_has_time_until_it_is_done() {
    let finished = sched(&["-j", "1", "--rpc"], "server", "done:a:wait,goodbye::3", &["a"]);
    assert_eq!((finished.code(), &*finished.stderr[0]), (1, ""), "it got Goodbye, and has not died");
    assert!(tests(&finished).join("\n").contains("exit status 3"), "{:?}", tests(&finished));
}

#[test]
fn a_server_that_ends_while_it_has_no_tests_has_died() {
    for (most, told) in [("1", "is started again"), ("0", "is not started again")] {
        let args = ["-j", "2", "--rpc", "--max-deaths", most];
        let finished = sched(&args, "server", "during:a:wait,after:b:0!", &["a", "b"]);
        assert_results(&finished, &[("a", "success"), ("b", "success")]);
        let line = finished.stderr[0].trim_end();
        assert!(line.ends_with(&format!("died (exit status 0) and {told}")), "{line}");
        assert_eq!(finished.code(), 0, "nothing is lost");
    }
}

#[test]
fn a_test_may_be_called_like_messages() {
    let finished = sched(&["-j", "1", "--rpc"], "server", "", &["a", "testrepository-rpc"]);
    assert_results(&finished, &[("a", "success"), ("testrepository-rpc", "success")]);
    assert_eq!(finished.code(), 0);
}

#[test]
fn a_server_that_ends_before_hello_is_told_with_its_status() {
    let finished = sched(&["-j", "1", "--rpc", "--max-deaths", "0"], "server", "hello::255", &["a"]);
    let told = "died (did not say Hello before it ended, exit status 255)";
    assert!(finished.stderr[0].contains(told), "{:?}", finished.stderr);
}

#[test]
fn there_may_be_more_workers_than_a_shell_allows_descriptors() {
    let fake = fake("runner").join(" ");
    let script = format!("ulimit -Sn 64 && exec {} -j 30 -- {fake}", tool("subunit-sched").path);
    let mut command = Command::new("sh");
    let ids: Vec<String> = (0..30).map(|number| format!("test_{number}")).collect();
    let all_wait: Vec<String> = ids.iter().map(|id| format!("during:{id}:wait")).collect();
    command.args(["-c", &script]).envs(fates(&all_wait.join(",")));
    let finished = run_to_end(command, ids.join("\n").as_bytes());
    assert_eq!((finished.code(), results(&finished).len(), &*finished.stderr[0]), (0, 30, ""));
}

const PYTHON_SUITE: &str = "
import os
import unittest

class C(unittest.TestCase):
    def test_prints(self):
        os.write(1, b'\\xb3\\x29 success: test_breaks')

    def test_breaks(self):
        self.fail('it is \u{b3}')

    @unittest.skip('not here')
    def test_skips(self):
        pass

    def test_dies(self):
        os._exit(70)

    def test_parts(self):
        with self.subTest(n=1):
            self.fail()

    def test_not_asked_for(self):
        self.fail()
";

/// The server is written apart from the codec of this project.
#[test]
fn a_server_in_python_runs_the_tests_that_it_is_asked_for() {
    if Command::new("python3").arg("--version").output().is_err() {
        return skipped("python3 is not installed");
    }
    let folder = Folder::new();
    folder.write("test_m.py", PYTHON_SUITE.as_bytes());
    let server = data("rpc-server-alone.py");
    let server = server.to_str().expect("the path is UTF-8");
    let ids = ["prints", "breaks", "skips", "dies", "parts", "nowhere"].map(|name| format!("test_m.C.test_{name}"));
    for count in ["1", "3"] {
        let args = ["--rpc", "-j", count, "--timeout", "60", "--", "python3", server];
        let finished = run_to_end(folder.command(tool("subunit-sched"), &args), ids.join("\n").as_bytes());
        let statuses = ["success", "fail", "skip", "fail", "fail", "fail"];
        let expected: Vec<(&str, &str)> = ids.iter().map(String::as_str).zip(statuses).collect();
        assert_results(&finished, &expected);
        let said = tests(&finished).join("\n");
        assert!(said.contains("(exit status 70) while this test ran, and "), "{said}");
        assert!(said.contains("no result: "), "{said}");
        assert_eq!(finished.code(), 1, "{:?}", finished.stderr);
    }
}
