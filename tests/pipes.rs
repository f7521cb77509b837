//! Tools connected by pipes, as people use them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

use subunit_codec::{Event, PARSER_TEST_ID, Status};
use testkit::finished::run_to_end;
use testkit::pipeline::Pipeline;
use testkit::stream::{packet, run, stream, test};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::printed;
use crate::tool::{DEADLINE, assert_silent, data, read_data};

fn command(name: &str, args: &[&str]) -> Command {
    tool(name).command(args)
}

fn program(name: &str, args: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(args);
    command
}

/// The ids of the recorded run by worker, in the order in which the tests end, read from the text
/// by the simplest means.
fn recorded_ids() -> BTreeMap<String, Vec<String>> {
    let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut worker = String::new();
    let text = read_data("testr-run");
    for line in text.split(|byte| *byte == b'\n').map(String::from_utf8_lossy) {
        if let Some(tag) = line.strip_prefix("tags: worker-") {
            worker = format!("worker-{tag}");
        } else if let Some(id) = line.strip_prefix("test: ") {
            ids.entry(worker.clone()).or_default().push(id.to_owned());
        }
    }
    ids
}

#[test]
fn the_tests_of_one_worker_are_listed() {
    let mut cat = Command::new("cat");
    cat.arg(data("testr-run"));
    let finished = Pipeline::new([
        cat,
        command("subunit-1to2", &[]),
        command("subunit-filter", &["-s", "--xfail", "--with-tag=worker-0"]),
        command("subunit-ls", &[]),
    ])
    .run(b"");
    let ids: Vec<&str> = finished.text().lines().collect();
    assert_eq!(ids.len(), 339);
    assert_eq!(ids, recorded_ids()["worker-0"]);
    assert_eq!(finished.code(), 1, "two tests of this worker failed");
    assert_silent("the pipeline", &finished);
}

#[test]
fn the_workers_share_all_tests_out_among_them() {
    let expected = recorded_ids();
    let mut all = BTreeSet::new();
    for (worker, ids) in &expected {
        let tag = format!("--with-tag={worker}");
        let select = command("subunit-filter", &["-s", "--xfail", &tag]);
        let finished = Pipeline::new([select, command("subunit-ls", &[])]).run(&read_data("testr-run.subunit"));
        assert_eq!(finished.text().lines().collect::<Vec<_>>(), *ids, "{worker}");
        all.extend(ids);
    }
    assert_eq!((expected.len(), all.len()), (4, 1355));
}

#[test]
fn failures_are_found_whatever_the_worker() {
    let text = read_data("testr-run");
    let finished = Pipeline::new([command("subunit-filter", &["-F"]), command("subunit-ls", &[])]).run(&text);
    assert_eq!(finished.text().lines().count(), 4);
    assert_eq!(finished.code(), 1);
}

#[test]
fn a_list_of_failures_selects_their_packets() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let list = folder.path().join("failing");
    let text = read_data("testr-run.subunit");
    let listed = run_to_end(command("subunit-ls", &["-0", "--status", "fail"]), &text);
    std::fs::write(&list, &listed.stdout).expect("there is room for a file");
    let mut select = command("subunit-filter", &["-s", "--xfail", "--load-list"]);
    select.arg(&list);
    let finished = Pipeline::new([select, command("subunit-ls", &["-0"])]).run(&text);
    assert_eq!(finished.text(), listed.text());
    assert_eq!(listed.text().matches('\0').count(), 4);
}

#[test]
fn four_tools_in_a_row_hold_nothing_back() {
    let mut live = Pipeline::new([
        command("subunit-1to2", &[]),
        command("subunit-filter", &["-s", "--xfail"]),
        command("subunit-filter", &["-s", "--xfail", "--with", "^t"]),
        command("subunit-ls", &[]),
    ])
    .deadline(DEADLINE)
    .start();
    for round in 0..5 {
        live.write(format!("test: t{round}\nsuccess: t{round}\n").as_bytes());
        let expected = format!("t{round}\n");
        live.read_until(|output| output.ends_with(expected.as_bytes()));
    }
    assert_eq!(live.finish().text(), "t0\nt1\nt2\nt3\nt4\n");
}

#[test]
fn a_hung_test_is_visible_while_it_hangs() {
    let filter = command("subunit-filter", &["-s", "--xfail", "--with", "^hang"]);
    let mut live = Pipeline::new([filter, command("subunit-filter", &["-s", "--xfail"])]).deadline(DEADLINE).start();
    let begins = packet(&Event::test("hang").status(Status::InProgress));
    live.write(&begins);
    live.read_until(|output| output == begins);
    assert!(live.finish().stdout == begins, "it stays unfinished");
}

#[test]
fn head_ends_the_whole_pipeline_quietly() {
    let stages = [
        command("subunit-filter", &["-s", "--xfail"]),
        command("subunit-ls", &["--times"]),
        program("head", &["-n", "3"]),
    ];
    let finished = Pipeline::new(stages).deadline(DEADLINE).run(&stream(run(5000, 2)));
    assert_eq!(finished.text().lines().count(), 3);
    assert_silent("the pipeline", &finished);
    let codes: Vec<_> = finished.statuses.iter().map(std::process::ExitStatus::code).collect();
    assert_eq!(codes, [Some(141), Some(141), Some(0)]);
}

#[test]
fn a_producer_killed_in_the_middle_of_a_packet_leaves_a_failed_test() {
    let begins = packet(&Event::test("victim").status(Status::InProgress));
    let torn = packet(&Event::test("victim").status(Status::Success).file("log", vec![b'x'; 5000]).eof());
    let mut producer = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("cat starts");
    let output = producer.stdout.take().expect("it was piped");
    let filter = command("subunit-filter", &["-s", "--xfail"]);
    let mut live = Pipeline::new([filter]).input(output).deadline(DEADLINE).start();

    let input = producer.stdin.as_mut().expect("it was piped");
    input
        .write_all(&[&test("before", Status::Success)[..], &begins, b"working\n", &torn[..3000]].concat())
        .expect("cat reads");
    live.read_until(|output| output.windows(8).any(|window| window == b"working\n"));
    producer.kill().expect("cat can be killed");
    producer.wait().expect("cat can be waited for");

    let finished = live.finish();
    assert_silent("subunit-filter", &finished);
    let lines = printed::lines(&finished.stdout);
    assert_eq!(lines[..4], ["before inprogress", "before success", "victim inprogress", "- ... stdout=\"working\\n\""]);
    assert!(lines.iter().any(|line| line.starts_with("subunit.parser fail")), "{lines:?}");

    let listed = run_to_end(command("subunit-ls", &["--no-passthrough"]), &finished.stdout);
    let damage = format!("{PARSER_TEST_ID} (offset 53: the input ends inside the packet)");
    assert_eq!(listed.text(), format!("before\n{damage}\nvictim\n"));
    assert_eq!(listed.code(), 1, "a torn stream is no passing one");
}

#[test]
fn the_log_is_shown_and_the_results_are_kept() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let results = folder.path().join("run.subunit");
    let mut make = program("sh", &["-c", "(echo make: check; cat \"$0\"; echo make: done >&2) 2>&1"]);
    make.arg(data("testr-run.subunit"));
    let mut tee = command("subunit-tee", &["--text"]);
    tee.arg(&results);
    let finished = Pipeline::new([make, tee]).run(b"");
    assert_eq!(finished.text(), "make: check\nmake: done\n");
    assert_eq!(finished.code(), 0);
    assert_silent("the pipeline", &finished);

    let kept = std::fs::read(&results).expect("it was made");
    let expected = [b"make: check\n", &read_data("testr-run.subunit")[..], b"make: done\n"].concat();
    assert!(kept == expected, "the file has all of it");
    let listed = run_to_end(command("subunit-ls", &["--no-passthrough"]), &kept);
    assert_eq!(listed.text().lines().count(), 1355);
}

#[test]
fn a_run_is_kept_while_it_is_listed() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let kept = folder.path().join("run.subunit");
    let mut tee = command("subunit-tee", &[]);
    tee.arg(&kept);
    let stages = [command("subunit-1to2", &[]), tee, command("subunit-ls", &[]), program("head", &["-n", "3"])];
    let finished = Pipeline::new(stages).deadline(DEADLINE).run(&read_data("testr-run"));
    assert_eq!(finished.text().lines().count(), 3);
    assert_silent("the pipeline", &finished);
    let whole = run_to_end(command("subunit-1to2", &[]), &read_data("testr-run"));
    assert!(std::fs::read(&kept).expect("it was made") == whole.stdout, "the file is whole, whoever has enough");
}

#[test]
fn a_test_killed_in_the_middle_of_a_character_hides_no_failure() {
    let input = [b"caf\xc3".to_vec(), test("a", Status::Fail)].concat();
    let finished = Pipeline::new([command("subunit-filter", &["-F"]), command("subunit-ls", &[])]).run(&input);
    assert_eq!((finished.text(), finished.code()), ("a\n", 1));
}

#[test]
fn text_comes_out_of_a_pipeline_as_it_went_in() {
    let text = b"make: \xff\x00 nothing\r\nto be done\n\n  no newline";
    let stages = [command("subunit-filter", &[]), command("subunit-filter", &[]), command("subunit-ls", &[])];
    let finished = Pipeline::new(stages).run(text);
    assert!(finished.stdout == text, "{}", finished.stdout.escape_ascii());
}

#[test]
fn a_run_is_counted_on_its_way_to_the_next_tool() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let report = folder.path().join("report");
    let mut count = command("subunit-stats", &["-f", "--by", "tag", "-o"]);
    count.arg(&report);
    let mut cat = Command::new("cat");
    cat.arg(data("testr-run"));
    let select = command("subunit-filter", &["-s", "--xfail", "--without-tag=worker-1", "--without-tag=worker-3"]);
    let finished =
        Pipeline::new([cat, command("subunit-1to2", &[]), select, count, command("subunit-ls", &[])]).run(b"");
    assert_eq!((finished.text().lines().count(), finished.code()), (339 + 339, 1));
    assert_silent("the pipeline", &finished);
    let codes: Vec<_> = finished.statuses.iter().map(std::process::ExitStatus::code).collect();
    assert_eq!(codes[3], Some(1), "who counts judges, too");
    let report = std::fs::read_to_string(report).expect("there is a report");
    let counts = "Total tests:     678\nPassed tests:    673\nFailed tests:      4\nSkipped tests:     1\n";
    assert!(report.starts_with(&format!("{counts}Seen tags: worker-0, worker-2\n")), "{report}");
    assert!(report.ends_with("Skew: 0.021 s; a perfect balance would save 0.011 s\n"), "{report}");
}

#[test]
fn a_build_is_reported_to_jenkins_on_its_way() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let (path, results) = (folder.path().join("report.xml"), folder.path().join("run.subunit"));
    let mut make = program("sh", &["-c", "echo make: check; cat \"$0\"; echo make: done"]);
    make.arg(data("testr-run.subunit"));
    let mut junit = command("subunit2junitxml", &["-f", "--suite-by", "tag", "-o"]);
    junit.arg(&path);
    let mut tee = command("subunit-tee", &["--text"]);
    tee.arg(&results);
    let finished = Pipeline::new([make, command("subunit-filter", &["-s", "--xfail"]), junit, tee]).run(b"");
    assert_silent("the pipeline", &finished);
    let codes: Vec<_> = finished.statuses.iter().map(std::process::ExitStatus::code).collect();
    assert_eq!(codes, [Some(0), Some(0), Some(1), Some(0)], "who reports judges");
    let report = std::fs::read_to_string(path).expect("there is a report");
    assert!(report.contains("<testsuites tests=\"1355\" failures=\"4\" errors=\"0\" time=\"0.315\">"), "{report}");
    for (worker, ids) in recorded_ids() {
        let suite = format!("<testsuite name=\"{worker}\" tests=\"{}\"", ids.len());
        assert_eq!(report.matches(&suite).count(), 1, "{suite}");
    }
    let kept = std::fs::read(&results).expect("it was made");
    let again = run_to_end(command("subunit2junitxml", &["--suite-by=tag", "--no-passthrough"]), &kept);
    assert!(again.text() == report, "what went on makes the same report");
}

#[test]
fn damage_is_reported_once_however_long_the_pipeline() {
    let mut input = test("a", Status::Success);
    input.truncate(input.len() - 5);
    let stages = [command("subunit-filter", &["-s"]), command("subunit-filter", &["-s"]), command("subunit-ls", &[])];
    let finished = Pipeline::new(stages).run(&input);
    assert_eq!(finished.text().matches(PARSER_TEST_ID).count(), 1, "{}", finished.text());
    assert_eq!(finished.code(), 1);
}

#[test]
fn workers_run_at_once_and_are_told_apart() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let kept = folder.path().join("run.subunit");
    // One worker writes version 1, one version 2, and the third is killed in the middle.
    let mut merge = command("subunit-mux", &["--tag"]);
    let commands =
        ["old=cat testr-run", "new=cat testr-run.subunit", "dead=head -c 300000 testr-run.subunit; kill -9 $$"];
    merge.args(commands.iter().flat_map(|command| ["-c", command])).current_dir(data(""));
    let mut tee = command("subunit-tee", &[]);
    tee.arg(&kept);
    let select = command("subunit-filter", &["-s", "--xfail", "--with-route=old", "--with-route=new"]);
    let finished = Pipeline::new([merge, tee, select, command("subunit-stats", &["--by", "route"])]).run(b"");
    assert_silent("the pipeline", &finished);
    assert_eq!(finished.statuses[0].code(), Some(1), "a command failed");
    let report = finished.text();
    assert!(report.starts_with("Total tests:    2710\nPassed tests:   2684\nFailed tests:      8\n"), "{report}");
    let tags = ["new", "old"].map(|code| format!("worker-{code}")).join(", ");
    assert!(report.contains(&format!("worker-3, {tags}\n")), "{report}");

    let kept = std::fs::read(&kept).expect("it was made");
    let dead = Pipeline::new([
        command("subunit-filter", &["--with-route=dead"]),
        command("subunit-ls", &["--json", "--status=fail"]),
    ])
    .run(&kept);
    assert!(dead.text().contains(r#""name":"reason""#), "the worker that was killed says so: {}", dead.text());
}

#[test]
fn a_suite_of_tap_scripts_is_one_run() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let script = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("there is room");
    script("good.t", "use Test::More tests => 2; ok(1, 'one'); ok(1, 'two');\n");
    script("bad.t", "use Test::More tests => 2; ok(1, 'one'); diag('oh'); is(1, 2, 'two');\n");
    script("dies.t", "use Test::More tests => 2; ok(1, 'one'); die 'no more';\n");
    let loop_ = "for t in *.t; do \"$0\" --name \"$t\" -- perl \"$t\" 2>/dev/null; done; :";
    let mut suite = program("sh", &["-c", loop_, tool("tap2subunit").path]);
    suite.current_dir(folder.path());
    let finished = Pipeline::new([suite, command("subunit-filter", &[]), command("subunit-ls", &[])]).run(b"");
    let expected = ["bad.t/test 2 - two", "bad.t", "dies.t/test 2", "dies.t"];
    assert_eq!(finished.text().lines().collect::<Vec<_>>(), expected);
    assert_eq!(finished.code(), 1);
    assert_silent("the pipeline", &finished);
}

#[test]
fn scripts_in_perl_and_bash_run_at_once_and_are_reported_to_jenkins() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let script = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("there is room");
    script(
        "car.t",
        "use Test::More; ok(1, 'wheels'); subtest doors => sub { is(1, 2, 'left'); ok(1, 'right') };\n\
         TODO: { local $TODO = 'soon'; ok(0, 'roof') } done_testing;\n",
    );
    script("bike.t", "echo 1..3; echo 'ok 1 - bell'; echo 'ok 2 # SKIP no light'; echo pump; kill -9 $$\n");
    let commands = ["car=perl car.t", "bike=bash bike.t"].map(|command| {
        let (code, run) = command.split_once('=').expect("a code and a command");
        format!("{code}='{}' --name {code}.t -- {run} 2>/dev/null", tool("tap2subunit").path)
    });
    let mut merge = command("subunit-mux", &["-c", &commands[0], "-c", &commands[1]]);
    merge.current_dir(folder.path());
    let report = command("subunit2junitxml", &["--suite-by", "route"]);
    let finished = Pipeline::new([merge, report]).deadline(DEADLINE).run(b"");
    assert_eq!(finished.statuses.iter().map(std::process::ExitStatus::code).collect::<Vec<_>>(), [Some(1), Some(1)]);
    let report = finished.text();
    let count = |suite: &str| {
        let opening = format!("<testsuite name=\"{suite}\" ");
        let line = report.lines().find(|line| line.trim_start().starts_with(&opening)).map(str::trim_start);
        line.unwrap_or_else(|| panic!("no suite {suite} in {report}")).to_owned()
    };
    // The script that was killed fails, and so does the test that it planned and never came to. The
    // command adds nothing to that.
    assert!(count("bike").contains("tests=\"4\" failures=\"2\" errors=\"0\" time=\"0.000\" skipped=\"1\""), "{report}");
    // What is to be done soon is no failure; the subtest, its parent and the script are.
    assert!(count("car").contains("tests=\"6\" failures=\"3\" errors=\"0\" time=\"0.000\" skipped=\"0\""), "{report}");
    for id in ["test 1 - wheels", "test 2 - doors", "test 1 - left", "test 2 - right", "roof", "pump"] {
        assert!(report.contains(id), "{id} is missing in {report}");
    }
}

#[test]
fn scripts_that_prove_runs_pass_and_fail_as_it_says() {
    let folder = Folder::new();
    folder.write("car.t", b"use Test::More tests => 2; ok(1, 'wheels'); ok(1, 'doors');\n");
    folder.write("bike.t", b"use Test::More; ok(1, 'bell'); done_testing; exit 3;\n");
    folder.write("ship.t", b"use Test::More skip_all => 'no water';\n");
    let mut prove = program("prove", &["--verbose", "car.t", "bike.t", "ship.t"]);
    prove.current_dir(folder.path(""));
    let report = command("subunit2junitxml", &["--suite-by", "prefix"]);
    let finished = Pipeline::new([prove, command("tap2subunit", &[]), report]).deadline(DEADLINE).run(b"");
    assert_eq!(finished.code(), 1, "one script did not exit well");
    let report = finished.text();
    let count = |what: &str| report.matches(what).count();
    assert_eq!([count("<testcase "), count("<failure "), count("<skipped")], [7, 1, 1], "{report}");
    assert!(report.contains("Dubious, test returned 3"), "{report}");
}

#[test]
fn results_in_tap_are_listed_as_they_come() {
    let mut live = Pipeline::new([command("tap2subunit", &[]), command("subunit-ls", &[])]).deadline(DEADLINE).start();
    for round in 1..4 {
        live.write(format!("ok {round}\n").as_bytes());
        let expected = format!("test {round}\n");
        live.read_until(|output| output.ends_with(expected.as_bytes()));
    }
    live.write(b"1..3\n");
    assert_eq!(live.finish().code(), 0);
}

#[test]
fn the_parts_of_a_list_select_the_tests_of_a_run_between_them() {
    let folder = Folder::new();
    let run = read_data("testr-run.subunit");
    folder.write("run", &run);
    let args = ["-n", "3", "-o", "part", "-0", "--times", "run", "--group", r"^(.*)\."];
    let listed = command("subunit-ls", &["-0", "--exists", "--no-passthrough"]);
    let split = Pipeline::new([listed, folder.command(tool("subunit-split"), &args)]).run(&run);
    assert_eq!(split.code(), 0, "{:?}", split.stderr);
    let mut parts = Vec::new();
    for part in ["part0", "part1", "part2"] {
        let filter = folder.command(tool("subunit-filter"), &["--all", "--load-list", part, "run"]);
        let finished = Pipeline::new([filter, command("subunit-ls", &["-0", "--no-passthrough"])]).run(b"");
        parts.extend(finished.text().split_terminator('\0').map(str::to_owned));
    }
    let mut all: Vec<String> = recorded_ids().into_values().flatten().collect();
    parts.sort_unstable();
    all.sort_unstable();
    assert_eq!(parts, all);
}

#[test]
fn suspects_are_listed_in_the_order_in_which_they_ran_by_a_filter() {
    let folder = Folder::new();
    let good = |ids: &[&str]| ids.iter().flat_map(|id| test(id, Status::Success)).collect::<Vec<u8>>();
    folder.write("first", &[good(&["a", "b", "c"]), test("victim", Status::Fail)].concat());
    folder.write("second", &[good(&["c", "a", "d"]), test("victim", Status::Fail)].concat());
    let suspects = run_to_end(folder.command(tool("subunit-suspects"), &["victim", "first", "second"]), b"");
    assert_eq!((suspects.text(), suspects.code()), ("a\nc\n", 0));
    folder.write("suspects", &suspects.stdout);
    let select = folder.command(tool("subunit-filter"), &["-s", "--load-list", "suspects", "second"]);
    let finished = Pipeline::new([select, command("subunit-ls", &[])]).run(b"");
    assert_eq!(finished.text(), "c\na\n");
}

#[test]
fn tests_that_fail_over_partial_runs_are_selected_by_their_list() {
    let folder = Folder::new();
    let run = read_data("testr-run.subunit");
    folder.write("1", &run);
    let failing = folder.command(tool("subunit-history"), &["--failing", "1"]);
    let ids = Pipeline::new([failing]).run(b"").text().to_owned();
    assert_eq!(ids.lines().count(), 4);
    // The first of them is run again, and passes.
    folder.write("2", &test(ids.lines().next().expect("there is one"), Status::Success));
    let failing = folder.command(tool("subunit-history"), &["--failing", "1", "2"]);
    folder.write("again", Pipeline::new([failing]).run(b"").text().as_bytes());
    let select = folder.command(tool("subunit-filter"), &["--all", "--load-list", "again", "1"]);
    let finished = Pipeline::new([select, command("subunit-ls", &["--no-passthrough"])]).run(b"");
    assert_eq!(finished.text().lines().collect::<Vec<_>>(), ids.lines().skip(1).collect::<Vec<_>>());
}
