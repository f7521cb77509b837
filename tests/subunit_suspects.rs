//! What subunit-suspects does.

use std::fs;

use subunit_codec::{Event, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::random::Random;
use testkit::stream::{stream, with_flip};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::tool::trouble;

fn suspects(folder: &Folder, args: &[&str]) -> Finished {
    run_to_end(folder.command(tool("subunit-suspects"), args), b"")
}

/// What it lists, and says on standard error.
fn listed(finished: &Finished, code: i32) -> (Vec<&str>, &str) {
    assert_eq!(finished.code(), code, "{:?}", finished.stderr);
    let said = finished.stderr[0].strip_prefix("subunit-suspects: ").expect("it begins with its name");
    (finished.text().lines().collect(), said.trim_end())
}

/// A test that runs on a worker, or anywhere if that has no name.
fn ran(id: &str, worker: &str, status: Status) -> Vec<u8> {
    let event = |status| {
        let event = Event::test(id).status(status);
        if worker.is_empty() { event } else { event.tags([worker]) }
    };
    stream([event(Status::InProgress), event(status)])
}

/// A folder with a run for each list of tests: id, worker, status.
fn runs(runs: &[&[(&str, &str, Status)]]) -> Folder {
    let folder = Folder::new();
    for (number, tests) in runs.iter().enumerate() {
        let bytes: Vec<u8> = tests.iter().flat_map(|(id, worker, status)| ran(id, worker, *status)).collect();
        folder.write(number.to_string(), &bytes);
    }
    folder
}

use Status::{Fail, Skip, Success};

#[test]
fn one_failing_run_gives_what_ran_before_on_the_same_worker_nearest_first() {
    let folder = runs(&[&[
        ("a", "worker-0", Success),
        ("b", "worker-1", Success),
        ("c", "worker-0", Fail),
        ("d", "worker-0", Skip),
        ("victim", "worker-0", Fail),
        ("e", "worker-0", Success),
    ]]);
    let finished = suspects(&folder, &["victim", "0"]);
    assert_eq!(listed(&finished, 0), (vec!["d", "c", "a"], "1 failing run, 0 passing, 3 suspects of 5"));
    assert_eq!(suspects(&folder, &["-n", "2", "victim", "0"]).text(), "d\nc\n");
    assert_eq!(suspects(&folder, &["-0", "victim", "0"]).text(), "d\0c\0a\0");
    let anywhere = suspects(&folder, &["--worker", "", "victim", "0"]);
    assert_eq!(anywhere.text(), "d\nc\nb\na\n", "all workers are one");
}

#[test]
fn the_fewer_passing_runs_a_test_was_in_the_more_likely_it_is() {
    let folder = runs(&[
        &[("a", "", Success), ("b", "", Success), ("c", "", Success), ("victim", "", Fail)],
        &[("c", "", Success), ("victim", "", Success), ("a", "", Success)],
        &[("c", "", Success), ("b", "", Success), ("victim", "", Success)],
        &[("x", "", Success), ("victim", "", Skip)],
    ]);
    let finished = suspects(&folder, &["victim", "0", "1", "2", "3"]);
    assert_eq!(listed(&finished, 0), (vec!["a", "b", "c"], "1 failing run, 2 passing, 3 suspects of 4"));
    let json = suspects(&folder, &["--json", "victim", "0", "1", "2", "3"]);
    assert_eq!(
        json.text(),
        "\
{\"id\":\"a\",\"failing\":1,\"passing_with\":0,\"passing_without\":2,\"p_value\":0.3333333333333333}
{\"id\":\"b\",\"failing\":1,\"passing_with\":1,\"passing_without\":1,\"p_value\":0.6666666666666666}
{\"id\":\"c\",\"failing\":1,\"passing_with\":2,\"passing_without\":0,\"p_value\":1.0}
"
    );
}

#[test]
fn a_planted_culprit_is_never_lost() {
    let mut random = Random::new(3);
    let mut last = 0;
    for case in 0..8 {
        let folder = Folder::new();
        let workers = 2 + random.below(7);
        let mut files: Vec<String> = Vec::new();
        let mut failures = 0;
        for run in 0..20 {
            let mut tests: Vec<usize> = (0..200).collect();
            for place in (1..tests.len()).rev() {
                tests.swap(place, random.below(place + 1));
            }
            // Test 7 breaks test 5 if it ran before it on the same worker, mostly.
            let mut is_broken = vec![false; workers];
            let mut bytes = Vec::new();
            for test in tests {
                let worker = random.below(workers);
                is_broken[worker] |= test == 7;
                let fails = test == 5 && is_broken[worker] && random.below(4) > 0;
                failures += usize::from(fails);
                bytes.extend(ran(&format!("t{test}"), &format!("worker-{worker}"), if fails { Fail } else { Success }));
            }
            folder.write(run.to_string(), &bytes);
            files.push(run.to_string());
            if failures == 0 {
                continue;
            }
            let args: Vec<&str> = ["t5"].into_iter().chain(files.iter().map(String::as_str)).collect();
            let finished = suspects(&folder, &args);
            let (found, said) = listed(&finished, 0);
            assert!(found.contains(&"t7"), "case {case}, run {run}: {said}");
            last = found.len();
        }
    }
    assert!(last < 20, "{last} suspects are left of 199");
}

#[test]
fn workers_are_told_apart_by_route_and_tag() {
    let folder = Folder::new();
    let routed = |id: &'static str, route: &'static str, tag: &'static str, status| {
        stream([Event::test(id).route_code(route).tags([tag]).status(status)])
    };
    let run = [
        routed("a", "web", "worker-0", Success),
        routed("b", "db", "worker-0", Success),
        routed("c", "web", "worker-1", Success),
        routed("d", "web", "worker-0", Success),
        routed("victim", "web", "worker-0", Fail),
    ];
    folder.write("run", &run.concat());
    assert_eq!(suspects(&folder, &["victim", "run"]).text(), "d\na\n");
    assert_eq!(suspects(&folder, &["victim", "run", "--worker", "^no-such"]).text(), "d\nc\na\n", "a route each");

    let folder = runs(&[&[
        ("a", "host-a", Success),
        ("b", "host-b", Success),
        ("c", "worker-0", Success),
        ("victim", "host-a", Fail),
    ]]);
    assert_eq!(suspects(&folder, &["victim", "0", "--worker", "^host-"]).text(), "a\n");
    let finished = suspects(&folder, &["victim", "0"]);
    assert_eq!(finished.text(), "b\na\n", "without a tag of a worker they ran on one, the other one elsewhere");
}

#[test]
fn attempts_of_a_test_in_a_run_count_apart() {
    let folder = runs(&[&[
        ("a", "", Success),
        ("victim", "", Success),
        ("b", "", Success),
        ("victim", "", Fail),
        ("c", "", Success),
        ("victim", "", Fail),
    ]]);
    let finished = suspects(&folder, &["victim", "0"]);
    assert_eq!(listed(&finished, 0), (vec!["b", "a"], "2 failing runs, 1 passing, 2 suspects of 3"));
}

#[test]
fn a_failure_counts_only_if_a_text_matches() {
    let folder = Folder::new();
    let failed = |text: &'static [u8]| {
        stream([Event::test("victim").status(Fail).file("traceback", text).mime_type("text/x-traceback")])
    };
    folder.write("0", &[ran("a", "", Success), failed(b"Traceback\nValueError: 1\n")].concat());
    folder.write("1", &[ran("b", "", Success), failed(b"OSError: disk\n")].concat());
    let none = suspects(&folder, &["victim", "0", "1"]);
    assert_eq!(listed(&none, 1).0, [""; 0], "the two have no test in common");
    let finished = suspects(&folder, &["victim", "0", "1", "--match", "^ValueError"]);
    assert_eq!(listed(&finished, 0), (vec!["a"], "1 failing run, 0 passing, 1 suspect of 2"));
    let line = trouble("subunit-suspects", &suspects(&folder, &["victim", "0", "--match", "KeyError"])).to_owned();
    assert_eq!(line, "victim: fails in no run with a text that matches");
}

#[test]
fn no_suspect_is_an_answer() {
    let folder = runs(&[&[("victim", "", Fail), ("a", "", Success)]]);
    let finished = suspects(&folder, &["victim", "0"]);
    let line = "1 failing run, 0 passing, no suspect of 1: it fails by itself, or has more than one cause";
    assert_eq!(listed(&finished, 1), (vec![], line));
}

#[test]
fn a_test_that_fails_in_no_run_is_trouble() {
    let folder = runs(&[&[("a", "", Success), ("victim", "", Success)], &[("b", "", Fail)]]);
    assert_eq!(trouble("subunit-suspects", &suspects(&folder, &["victim", "0", "1"])), "victim: fails in no run");
    folder.write("text", b"no stream\n");
    let finished = suspects(&folder, &["a", "text"]);
    assert_eq!(trouble("subunit-suspects", &finished), "text: not a subunit stream");
}

#[test]
fn an_unfinished_test_is_bad_and_one_that_only_exists_did_not_run() {
    let folder = Folder::new();
    let exists = |id: &'static str| Event::test(id).status(Status::Exists);
    let hangs = |id: &'static str| Event::test(id).status(Status::InProgress);
    folder.write("0", &stream([exists("a"), exists("victim"), hangs("b"), hangs("victim"), hangs("c")]));
    let finished = suspects(&folder, &["victim", "0"]);
    assert_eq!(listed(&finished, 0), (vec!["b"], "1 failing run, 0 passing, 1 suspect of 2"));
}

#[test]
fn a_test_counts_from_its_first_packet() {
    let folder = Folder::new();
    let begins = |id: &'static str| Event::test(id).status(Status::InProgress);
    let ends = |id: &'static str, status| Event::test(id).status(status);
    let run =
        [begins("a"), begins("victim"), begins("b"), ends("b", Success), ends("victim", Fail), ends("a", Success)];
    folder.write("0", &stream(run));
    assert_eq!(suspects(&folder, &["victim", "0"]).text(), "a\n");
}

#[test]
fn version_1_and_version_2_are_runs() {
    let folder = Folder::new();
    folder.write("1", b"tags: worker-0\ntest: a\nsuccess: a\ntest: victim\nfailure: victim [\nValueError: 1\n]\n");
    folder.write("2", &[ran("b", "worker-0", Success), ran("victim", "worker-0", Success)].concat());
    let finished = suspects(&folder, &["victim", "1", "2", "--match", "ValueError"]);
    assert_eq!(listed(&finished, 0), (vec!["a"], "1 failing run, 1 passing, 1 suspect of 2"));
}

#[test]
fn damage_is_told_because_it_may_hide_a_test() {
    let folder = Folder::new();
    let damaged = with_flip(stream([Event::test("lost").status(Success).file("log", &b"text"[..])]), 9, 1);
    folder.write("0", &[ran("a", "", Success), damaged, ran("victim", "", Fail)].concat());
    let finished = suspects(&folder, &["victim", "0"]);
    assert_eq!((finished.text(), finished.code()), ("a\n", 0));
    let line = "subunit-suspects: 0: 1 damaged packet: tests of this run may be missing\n";
    assert!(finished.stderr[0].starts_with(line), "{:?}", finished.stderr);
}

#[test]
fn ids_are_escaped_for_people() {
    let folder = runs(&[&[("two\nlines", "", Success), ("victim", "", Fail)]]);
    assert_eq!(suspects(&folder, &["victim", "0"]).text(), "two\\nlines\n");
    assert_eq!(suspects(&folder, &["-0", "victim", "0"]).text(), "two\nlines\0");
    let names = fs::read_dir(folder.path("")).expect("the folder can be listed").count();
    assert_eq!(names, 1, "it leaves no file");
}
