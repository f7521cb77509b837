//! What subunit-split does.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::os::unix::fs::symlink;

use subunit_codec::{Event, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::random::Random;
use testkit::stream::{at, stream};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::tool::trouble;

fn split(folder: &Folder, args: &[&str], list: &[u8]) -> Finished {
    run_to_end(folder.command(tool("subunit-split"), args), list)
}

/// The lines of some files, each a list of ids.
fn lists(folder: &Folder, names: &[&str]) -> Vec<Vec<String>> {
    let text = |name: &&str| String::from_utf8(folder.read(name)).expect("ids are text");
    let lines = |name| text(name).lines().map(str::to_owned).collect();
    names.iter().map(lines).collect()
}

/// A run of tests that passed, each with how many milliseconds it took.
fn timed(tests: &[(String, u32)]) -> Vec<u8> {
    stream(tests.iter().flat_map(|(id, milliseconds)| {
        let end = at(10 + milliseconds / 1000, milliseconds % 1000 * 1_000_000);
        let begins = Event::test(id).status(Status::InProgress).at(at(10, 0));
        [begins, Event::test(id).status(Status::Success).at(end)]
    }))
}

fn named(tests: &[(&str, u32)]) -> Vec<(String, u32)> {
    tests.iter().map(|(id, milliseconds)| ((*id).to_owned(), *milliseconds)).collect()
}

/// What it says on standard error, without its name.
fn said(finished: &Finished) -> &str {
    assert_eq!(finished.code(), 0, "{:?}", finished.stderr);
    finished.stderr[0].strip_prefix("subunit-split: ").and_then(|it| it.strip_suffix('\n')).expect("a line")
}

#[test]
fn the_longest_tests_are_shared_out_first() {
    let folder = Folder::new();
    let tests = [("a", 1000), ("b", 5000), ("c", 2000), ("d", 4000), ("e", 3000), ("f", 3100)];
    folder.write("run", &timed(&named(&tests)));
    let finished = split(&folder, &["-n", "3", "-o", "part.", "--times", "run"], b"f\ne\nd\nc\nb\na\n");
    assert_eq!(lists(&folder, &["part.0", "part.1", "part.2"]), [["b", "a"], ["d", "c"], ["f", "e"]]);
    assert_eq!(said(&finished), "3 parts of 6.0 to 6.1 s, 0 of 6 tests without a time");
    assert_eq!(finished.text(), "");
}

#[test]
fn a_part_is_counted_from_0_or_with_the_number_of_parts_from_1() {
    let folder = Folder::new();
    let list = b"a\nb\nc\nd\ne\n";
    for (args, expected) in [
        (&["-n", "2", "-k", "0"][..], "a\nc\ne\n"),
        (&["-n", "2", "-k1"], "b\nd\n"),
        (&["-k", "1/2"], "a\nc\ne\n"),
        (&["-k2/2"], "b\nd\n"),
        (&["-n2", "-k0", "-0"], "a\0c\0e\0"),
        (&["-k", "7/9"], ""),
    ] {
        let finished = split(&folder, args, list);
        assert_eq!(finished.text(), expected, "{args:?}");
    }
    assert_eq!(said(&split(&folder, &["-k1/2"], list)), "2 parts of 2 to 3 tests");
    for (args, problem) in [
        (&["-n", "2", "-k", "2"][..], "there is no part 2 of 2: -k counts from 0"),
        (&["-k", "1"], "the number of parts is missing: -n N or -k K/N"),
        (&["-o", "x"], "the number of parts is missing"),
        (&["-n", "3", "-k", "1/3"], "-k K/N says how many parts there are; leave out -n"),
        (&["-k", "0/3"], "invalid value '0/3' for '--part <K>': must be 1 or more"),
        (&["-k", "4/3"], "invalid value '4/3' for '--part <K>': K is more than N"),
        (&["-k", "-1"], "invalid value '-1' for '--part <K>': not a whole number"),
        (&["-n", "0", "-o", "x"], "invalid value '0' for '--parts <N>': must be 1 or more"),
        (
            &["-n", "2", "-o", "x", "-k", "1"],
            "the argument '--output-prefix <PREFIX>' cannot be used with '--part <K>'",
        ),
        (&["-n", "2"], "the following required arguments were not provided: --output-prefix <PREFIX>"),
        (&["-k", "1/2", "--group", "("], "invalid value '(' for '--group <REGEX>': unclosed group"),
    ] {
        let line = trouble("subunit-split", &split(&folder, args, list)).to_owned();
        assert!(line.starts_with(problem), "{args:?}: {line}");
    }
}

#[test]
fn the_parts_are_the_list_whatever_its_order() {
    let mut random = Random::new(5);
    let folder = Folder::new();
    let mut tests: Vec<(String, u32)> =
        (0..400_u32).map(|id| (format!("m{}.C{}.t{id}", id % 5, id % 31), 1 + id * id % 9973)).collect();
    let recorded: Vec<_> = tests.iter().filter(|(_, time)| time % 3 > 0).cloned().collect();
    folder.write("run", &timed(&recorded));
    let mut first = None;
    for _ in 0..4 {
        let list: String = tests.iter().flat_map(|(id, _)| [id, "\n"]).collect();
        let args = ["-n", "7", "-o", "p", "--times", "run", "--vary", "a seed"];
        let finished = split(&folder, &args, list.as_bytes());
        let unknown = format!(", {} of 400 tests without a time", 400 - recorded.len());
        assert!(said(&finished).ends_with(&unknown), "{}", said(&finished));
        let parts = lists(&folder, &["p0", "p1", "p2", "p3", "p4", "p5", "p6"]);
        let place: BTreeMap<&str, usize> = tests.iter().map(|(id, _)| &**id).zip(0..).collect();
        assert!(parts.iter().all(|part| part.is_sorted_by_key(|id| place[&**id])), "LIST's order is kept");
        let sets: Vec<BTreeSet<String>> = parts.iter().map(|part| part.iter().cloned().collect()).collect();
        assert_eq!(sets.iter().map(BTreeSet::len).sum::<usize>(), 400);
        assert_eq!(sets.iter().flatten().collect::<BTreeSet<_>>().len(), 400);
        assert_eq!(first.get_or_insert_with(|| sets.clone()), &sets);
        (1..tests.len()).rev().for_each(|last| tests.swap(last, random.below(last + 1)));
    }
}

#[test]
fn each_seed_shares_out_differently_and_always_in_the_same_way() {
    let folder = Folder::new();
    let tests: Vec<(String, u32)> = (0..40).map(|id| (format!("t{id:02}"), 1000)).collect();
    folder.write("run", &timed(&tests));
    let list: String = tests.iter().flat_map(|(id, _)| [id, "\n"]).collect();
    let part = |args: &[&str]| {
        let finished = split(&folder, &[&["-k", "1/4"], args].concat(), list.as_bytes());
        finished.text().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    for times in [&[][..], &["--times", "run"]] {
        let seeds = ["1", "2", "3", "nightly"].map(|seed| part(&[&["--vary", seed], times].concat()));
        assert_eq!(seeds.iter().collect::<BTreeSet<_>>().len(), 4, "{seeds:?}");
        assert_eq!(
            seeds[0],
            ["t04", "t06", "t09", "t12", "t18", "t20", "t24", "t28", "t32", "t36"],
            "on every machine and in every version"
        );
    }
}

#[test]
fn only_good_results_give_durations_and_the_newest_run_wins() {
    let folder = Folder::new();
    let failed = |id: &'static str| {
        [Event::test(id).status(Status::InProgress).at(at(0, 0)), Event::test(id).status(Status::Fail).at(at(99, 0))]
    };
    folder.write("old", &timed(&named(&[("a", 9000), ("b", 2000), ("gone", 50_000)])));
    folder.write("new", &[timed(&named(&[("a", 5000)])), stream(failed("b"))].concat());
    folder.write("v1", b"time: 2026-11-01 10:00:00Z\ntest: c\ntime: 2026-11-01 10:00:04Z\nsuccess: c\n");
    folder.write("empty", b"");
    let args = ["-n", "2", "-o", "p", "--times=old", "--times=new", "--times=v1", "--times=empty"];
    let finished = split(&folder, &args, b"a\nb\nc\n");
    assert_eq!(lists(&folder, &["p0", "p1"]), [vec!["a"], vec!["b", "c"]]);
    assert_eq!(said(&finished), "2 parts of 5.0 to 6.0 s, 0 of 3 tests without a time");
    let finished = split(&folder, &["-k", "1/1", "--times", "empty"], b"a\nb\n");
    assert_eq!(said(&finished), "1 part of 2 tests, 2 of 2 tests without a time");
}

#[test]
fn a_run_that_tells_nothing_ends_it_before_anything_is_written() {
    let folder = Folder::new();
    folder.write("text", b"no stream\n");
    folder.write("zipped", b"\x1f\x8b\x08\0");
    for (run, line) in [
        ("missing", "missing: No such file or directory"),
        ("text", "text: not a subunit stream"),
        ("zipped", "zipped: not a subunit stream (gzip data: try zcat)"),
        (".", ".: Is a directory"),
    ] {
        let finished = split(&folder, &["-n", "2", "-o", "p", "--times", run], b"a\nb\n");
        assert_eq!(trouble("subunit-split", &finished), line);
        assert!(!folder.path("p0").exists());
    }
}

#[test]
fn a_group_stays_together() {
    let folder = Folder::new();
    let list = "m.A.one\nm.B.one\nm.A.two\nm.B.two\nother\nm.C.one\n";
    split(&folder, &["-n", "3", "-o", "p", "--group", r"^(.*)\."], list.as_bytes());
    assert_eq!(
        lists(&folder, &["p0", "p1", "p2"]),
        [vec!["m.A.one", "m.A.two"], vec!["m.B.one", "m.B.two"], vec!["other", "m.C.one"]]
    );
    let finished = split(&folder, &["-k", "1/2", "--group", "one|two"], list.as_bytes());
    assert_eq!(finished.text(), "m.A.one\nm.B.one\nm.C.one\n", "the whole match, if it has no group");
    let finished = split(&folder, &["-k", "1/2", "--group", "^m.(A|B).*"], list.as_bytes());
    assert_eq!(finished.text(), "m.A.one\nm.A.two\nm.C.one\n", "only its group, if it has one");
}

#[test]
fn parts_may_be_empty_and_their_files_are_made() {
    let folder = Folder::new();
    for (list, expected) in [("", "3 parts of 0 tests"), ("a\n", "3 parts of 0 to 1 test")] {
        let finished = split(&folder, &["-n", "3", "-o", "p"], list.as_bytes());
        assert_eq!(said(&finished), expected);
        let files = ["p0", "p1", "p2"].map(|name| folder.read(name)).concat();
        assert_eq!(files, list.as_bytes());
    }
}

#[test]
fn a_list_is_ids_or_a_stream() {
    let folder = Folder::new();
    let all = |args: &[&str], list: &[u8]| split(&folder, &[&["-k", "1/1"], args].concat(), list).text().to_owned();
    let lines = b"# comment\r\na#1\r\n\r\n  b \n#c\na#1\nlast";
    assert_eq!(all(&[], lines), "a#1\n  b\nlast\n", "an id that is listed twice is one test");
    assert_eq!(all(&["--whole-lines"], lines), "# comment\na#1\n  b \n#c\nlast\n");
    assert_eq!(all(&["-0"], b"a\nb\0#c\0"), "a\nb\0#c\0");
    let listed = stream(["z", "a", "two\nlines", "#c"].map(|id| Event::test(id).status(Status::Exists)));
    assert_eq!(all(&["-0"], &listed), "z\0a\0two\nlines\0#c\0");
    folder.write("list", b"from a file\n");
    assert_eq!(all(&["list"], b""), "from a file\n");

    let refused = |list: &[u8]| trouble("subunit-split", &split(&folder, &["-n2", "-op"], list)).to_owned();
    assert_eq!(refused(&listed), r"two\nlines: an id holds a newline; use -0");
    let problem = refused(&listed[..listed.len() - 1]);
    assert!(problem.starts_with("standard input: offset "), "{problem}");
    assert!(problem.ends_with("; a list has to be complete"), "{problem}");
    assert_eq!(refused(b"caf\xe9\n"), "standard input: an id is not UTF-8");
    assert!(!folder.path("p0").exists(), "nothing was written");
}

#[test]
fn the_list_and_the_runs_are_not_overwritten() {
    let folder = Folder::new();
    folder.write("p0", b"a\n");
    folder.write("run", &timed(&named(&[("a", 1)])));
    symlink("run", folder.path("q1")).expect("there is room");
    for args in [&["-n2", "-op", "p0"][..], &["-n2", "-oq", "--times", "run", "p0"]] {
        let finished = split(&folder, args, b"");
        assert!(trouble("subunit-split", &finished).ends_with(": input file is output file"), "{args:?}");
    }
    assert_eq!(folder.read("p0"), b"a\n");
    let finished = split(&folder, &["-n2", "-o", "missing/p", "p0"], b"");
    assert!(trouble("subunit-split", &finished).starts_with("missing/p0: No such file"), "{:?}", finished.stderr);
    folder.write("kept1", b"before\n");
    split(&folder, &["-n2", "-okept", "p0"], b"");
    assert_eq!(lists(&folder, &["kept0", "kept1"]), [vec!["a"], vec![]]);
}

#[test]
fn many_tests_are_shared_out_evenly() {
    let folder = Folder::new();
    let mut list = String::new();
    for id in 0..100_000 {
        writeln!(list, "tests.module{}.Class.test_{id}", id % 100).expect("a string takes all");
    }
    let finished = split(&folder, &["-n", "32", "-o", "p"], list.as_bytes());
    assert_eq!(said(&finished), "32 parts of 3,125 tests");
}
