//! What subunit-history does.

use std::fs;

use subunit_codec::{Event, PARSER_TEST_ID, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::random::Random;
use testkit::stream::{at, packet, stream, test, with_flip};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::tool::{skipped, trouble};

fn history(folder: &Folder, args: &[&str]) -> Finished {
    run_to_end(folder.command(tool("subunit-history"), args), b"")
}

/// What it writes of runs, given as streams, with these arguments.
fn of_runs(args: &[&str], runs: &[Vec<u8>]) -> String {
    let folder = Folder::new();
    let names = write(&folder, runs);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let finished = history(&folder, &[args, &names].concat());
    finished.assert().code(0).stderr("");
    finished.text().to_owned()
}

/// Writes runs to files whose names sort as they came.
fn write(folder: &Folder, runs: &[Vec<u8>]) -> Vec<String> {
    let names: Vec<String> = (1..=runs.len()).map(|number| format!("run{number:02}")).collect();
    for (name, run) in names.iter().zip(runs) {
        folder.write(name, run);
    }
    names
}

/// A result of a test that took so many milliseconds.
fn took(id: &str, status: Status, milliseconds: u32) -> [Event<'_>; 2] {
    let end = at(10 + milliseconds / 1000, milliseconds % 1000 * 1_000_000);
    [Event::test(id).status(Status::InProgress).at(at(10, 0)), Event::test(id).status(status).at(end)]
}

/// Runs in which each test has the result that stands there, ` ` if it is not there: `.`, `F`, `s`,
/// `x` (expected failure), `u` (unexpected success), `?` (not finished), `e` (exists), `~` (failed,
/// then good), `!` (good, then failed).
fn runs(tests: &[(&'static str, &str)]) -> Vec<Vec<u8>> {
    let count = tests.iter().map(|(_, results)| results.len()).max().unwrap_or(0);
    let results = |run: usize| {
        tests.iter().flat_map(move |(id, results)| {
            let statuses = match results.as_bytes().get(run).copied().unwrap_or(b' ') {
                b'.' => &[Status::Success][..],
                b'F' => &[Status::Fail],
                b's' => &[Status::Skip],
                b'x' => &[Status::ExpectedFailure],
                b'u' => &[Status::UnexpectedSuccess],
                b'?' => &[Status::InProgress],
                b'e' => &[Status::Exists],
                b'~' => &[Status::Fail, Status::Success],
                b'!' => &[Status::Success, Status::Fail],
                _ => &[],
            };
            statuses.iter().map(|status| Event::test(*id).status(*status))
        })
    };
    (0..count).map(|run| stream(results(run))).collect()
}

#[test]
fn tests_are_listed_with_their_results_most_flips_first() {
    let runs = runs(&[
        ("good", "......"),
        ("broken", "..FFFF"),
        ("flaky", ".F.F.F"),
        ("retried", "..~..!"),
        ("skipped", "ssssss"),
        ("between", "Fs. F "),
        ("listed", "eee..."),
    ]);
    assert_eq!(
        of_runs(&[], &runs),
        "\
flips  bad  rate  results (newest right)  id
    5  3/6   50%  .F.F.F                  flaky
    3  1/6   17%  ..~..~                  retried
    2  2/3   67%  Fs. F                   between
    1  4/6   67%  ..FFFF                  broken
    0  0/6    0%  ......                  good
    0  0/0     -  ssssss                  skipped
    0  0/3    0%     ...                  listed
"
    );
    assert_eq!(
        of_runs(&["--flaky", "--last", "3", "--min-runs", "4"], &runs),
        "\
flips  bad  rate  results (newest right)  id
    5  3/6   50%  F.F                     flaky
    3  1/6   17%  ..~                     retried
"
    );
    assert_eq!(of_runs(&["--failing"], &runs), "broken\nflaky\nretried\nbetween\n");
    assert_eq!(of_runs(&["--failing", "-0"], &runs), "broken\0flaky\0retried\0between\0");
    assert_eq!(of_runs(&["--flaky", "-0", "--last=2", "--min-runs=6"], &runs).split('\0').count(), 3);
    assert_eq!(of_runs(&["--flaky"], &runs[..2]), "", "no head without a row");
}

#[test]
fn good_and_bad_are_as_in_the_other_tools() {
    for (results, shown) in [("xxxx", "0/4    0%  ...."), ("uFF?", "4/4  100%  FFFF"), (".?u.", "2/4   50%  .FF.")] {
        let text = of_runs(&[], &runs(&[("a", results)]));
        assert!(text.contains(shown), "{results}: {text}");
    }
}

/// A suite of sixty tests over thirty runs: two are flaky, one broke, one became slow, and all have
/// times that vary.
fn suite() -> Vec<Vec<u8>> {
    let mut random = Random::new(9);
    let ids: Vec<String> = (0..60).map(|id| format!("m.C{}.test_{id}", id % 7)).collect();
    let mut run = |number: usize| {
        let results = ids.iter().enumerate().flat_map(|(index, id)| {
            let is_bad = match index {
                11 => [3, 8, 9, 22].contains(&number),
                29 => number % 2 == 1 && number < 25,
                40 => number >= 20,
                _ => false,
            };
            let noise = u32::try_from(random.below(20)).expect("it is small");
            let time = (5 + u32::try_from(index).expect("it is small")) * (90 + noise);
            let time = if index == 17 && number >= 15 { 5 * time } else { time };
            // A part of the suite, now and then.
            let is_there = number % 10 != 4 || index % 3 != 1;
            let result = took(id, if is_bad { Status::Fail } else { Status::Success }, time);
            result.into_iter().filter(move |_| is_there)
        });
        stream(results)
    };
    (0..30).map(&mut run).collect()
}

#[test]
fn what_is_planted_in_thirty_runs_is_found_and_nothing_else() {
    let runs = suite();
    let ids = |args: &[&str]| {
        let text = of_runs(args, &runs);
        text.lines().skip(1).map(|line| line.rsplit("  ").next().expect("a column").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&["--flaky"]), ["m.C1.test_29", "m.C4.test_11"]);
    assert_eq!(ids(&["--slower", "3"]), ["m.C3.test_17"]);
    assert_eq!(ids(&["--slower", "6"]), [""; 0]);
    assert_eq!(of_runs(&["--failing"], &runs), "m.C5.test_40\n");
    assert_eq!(ids(&[])[..4], ["m.C1.test_29", "m.C4.test_11", "m.C5.test_40", "m.C0.test_0"]);
    assert_eq!(ids(&[]).len(), 60);
    let table = of_runs(&["--last", "12"], &runs);
    assert!(table.contains("    1  9/27    33%  ..FFFF FFFFF            m.C5.test_40\n"), "{table}");
    let json = of_runs(&["--failing", "--json"], &runs);
    let expected = r#"{"id":"m.C5.test_40","profile":"","runs":27,"good":18,"bad":9,"skipped":0,"flips":1,"streak":9,"since":"run21","#;
    assert!(json.starts_with(expected), "{json}");
    assert!(json.ends_with("\"results\":\".... ......... .....FFFF FFFFF\"}\n"), "{json}");
}

#[test]
fn a_slower_test_is_one_whose_newer_half_takes_longer_than_its_older_one() {
    let slower = |factor: &str, times: &[u32]| {
        let runs: Vec<_> = times.iter().map(|time| stream(took("a", Status::Success, *time))).collect();
        of_runs(&["--slower", factor], &runs)
    };
    let expected = "  older    newer  factor  id\n0.100 s  0.300 s     3.0  a\n";
    assert_eq!(slower("3", &[100, 300]), expected);
    assert_eq!(slower("2.5", &[100, 9000, 100, 300, 300, 1]), expected, "outliers do not count");
    assert_eq!(slower("3", &[100, 100, 7000, 200, 400]), expected, "nor does the one in the middle");
    let routed = |time, code: &'static str| took("a", Status::Success, time).map(|event| event.route_code(code));
    let twice =
        [stream(took("a", Status::Success, 100)), stream(routed(300, "web").into_iter().chain(routed(50, "db")))];
    assert_eq!(of_runs(&["--slower", "3"], &twice), expected, "the slowest of several routes counts");
    for times in [&[100, 299][..], &[300, 100], &[100], &[0, 100]] {
        assert_eq!(slower("3", times), "", "{times:?}");
    }
    assert!(
        trouble("subunit-history", &history(&Folder::new(), &["--slower", "0.5", "x"])).contains("must be 1 or more")
    );
}

#[test]
fn the_last_attempt_on_each_route_counts() {
    use Status::{Fail, Skip, Success};
    let routed = |status, code: &'static str| Event::test("a").status(status).route_code(code);
    for (events, result, of_any_route) in [
        (vec![routed(Fail, "web"), routed(Success, "db")], 'F', '~'),
        (vec![routed(Success, "web"), routed(Success, "db")], '.', '.'),
        (vec![routed(Skip, "web"), routed(Success, "db")], '.', '.'),
        (vec![routed(Fail, "web"), routed(Success, "web")], '~', '~'),
        (vec![routed(Fail, "web"), routed(Skip, "web")], 'F', 'F'),
        (vec![routed(Skip, "web"), routed(Success, "web")], '.', '.'),
        (vec![routed(Fail, "web"), routed(Fail, "web")], 'F', 'F'),
    ] {
        for (args, result) in [(&["--json"][..], result), (&["--json", "--any-route"], of_any_route)] {
            let json = of_runs(args, &[stream(events.clone())]);
            assert!(json.contains(&format!("\"results\":\"{result}\"}}")), "{args:?}: {json}");
        }
    }
    // What counts is bad, although a pass came later elsewhere.
    let json = of_runs(&["--json"], &[stream([routed(Fail, "web"), routed(Success, "db")])]);
    assert!(json.contains(r#""good":0,"bad":1,"#), "{json}");
}

#[test]
fn tests_are_told_apart_by_profile() {
    use Status::{Fail, Success};
    let tagged = |status, tag: &'static str| Event::test("a").status(status).tags([tag, "slow"]);
    let run = |py27, py34| stream([tagged(py27, "py27"), tagged(py34, "py34")]);
    let runs = [run(Success, Success), run(Fail, Success), run(Success, Success)];
    let text = of_runs(&["--profile", "py27,py34"], &runs);
    let expected = "\
flips  bad  rate  results (newest right)  id
    2  1/3   33%  .F.                     a (py27)
    0  0/3    0%  ...                     a (py34)
";
    assert_eq!(text, expected);
    assert!(of_runs(&[], &runs).contains("    1  0/3    0%  .~.  "), "without it they are attempts of one test");
    let json = of_runs(&["--json", "--flaky", "--profile", "py34,py27"], &runs);
    assert!(json.starts_with(r#"{"id":"a","profile":"py27","runs":3,"#), "{json}");
    let failing = [run(Fail, Fail)];
    assert_eq!(of_runs(&["--failing", "--profile", "py27,py34"], &failing), "a\n", "a list names it once");
    let told = of_runs(&["--test", "a", "--profile", "py27,py34"], &runs[1..2]);
    let expected = "\
run01 (py27)  fail                 -  -
run01 (py34)  success              -  -
rate 1/1 (py27)
rate 0/1 (py34)
";
    assert_eq!(told, expected);
}

#[test]
fn a_single_test_has_a_line_for_each_run_and_a_rate() {
    let failed = |number: u32| {
        let [begins, ends] = took("a", Status::Fail, number);
        let traceback = b"Traceback (most recent call last):\n  File \"x.py\", line 1\nValueError: 1\n2\n";
        let ends = ends.file("traceback", &traceback[..]).mime_type("text/x-traceback").tags(["worker-3"]);
        stream([begins, ends, Event::test("b").status(Status::Fail)])
    };
    let again = |first, second| stream([first, second].map(|status| Event::test("a").status(status).route_code("web")));
    let runs = [
        stream(took("a", Status::Success, 1500)),
        failed(250),
        test("b", Status::Fail),
        again(Status::Fail, Status::Success),
        test("a", Status::Skip),
        packet(&Event::test("a").status(Status::InProgress)),
    ];
    assert_eq!(
        of_runs(&["--test", "a"], &runs),
        "\
run01  success          1.500  -
run02  fail             0.250  worker-3         ValueError: 1
run03  -
run04  success~             -  web
run05  skip                 -  -
run06  inprogress           -  -
rate 2/4
"
    );
    let json = of_runs(&["--test", "a", "--json", "--last", "5"], &runs);
    let lines: Vec<&str> = json.lines().collect();
    assert_eq!(lines.len(), 5);
    assert_eq!(
        lines[..3],
        [
            r#"{"run":"run02","profile":"","result":"F","status":"fail","duration":0.25,"worker":"worker-3","message":"ValueError: 1"}"#,
            r#"{"run":"run03","profile":"","result":null,"status":null,"duration":null,"worker":null,"message":""}"#,
            r#"{"run":"run04","profile":"","result":"~","status":"success","duration":null,"worker":"web","message":""}"#,
        ]
    );
    assert_eq!(of_runs(&["--test", "none"], &runs[..1]), "run01  -\nrate 0/0\n");
}

#[test]
fn a_run_that_cannot_be_read_costs_a_line_and_the_others_go_on() {
    let folder = Folder::new();
    folder.write("1", &test("a", Status::Success));
    folder.write("text", b"no stream\n");
    folder.write("zipped", b"\x1f\x8b\x08\0");
    folder.write("empty", b"");
    folder.write("9", &test("a", Status::Fail));
    let finished = history(&folder, &["1", "missing", "text", "empty", "zipped", ".", "9"]);
    assert_eq!(finished.code(), 2);
    assert!(finished.text().contains("    1  1/2   50%  .     F                 a\n"), "{}", finished.text());
    let expected = "\
subunit-history: missing: No such file or directory
subunit-history: text: not a subunit stream
subunit-history: zipped: not a subunit stream (gzip data: try zcat)
subunit-history: .: Is a directory
";
    assert_eq!(finished.stderr[0], expected);
    let none = history(&folder, &["empty"]);
    none.assert().code(0).stdout("").stderr("");
    assert!(trouble("subunit-history", &history(&folder, &[])).contains("<RUN>..."), "a run is needed");
}

#[test]
fn damage_is_counted_once_for_all_runs() {
    let folder = Folder::new();
    let good = test("a", Status::Success);
    let damaged =
        [good.clone(), with_flip(packet(&Event::test("b").status(Status::Fail)), 7, 1), test("c", Status::Fail)]
            .concat();
    folder.write("1", &good);
    folder.write("2", &damaged);
    // An earlier tool has found some, too.
    folder.write("3", &[damaged, test(PARSER_TEST_ID, Status::Fail)].concat());
    for args in [&["--failing"][..], &["--test", "c"]] {
        let finished = history(&folder, &[args, &["1", "2", "3"]].concat());
        assert_eq!(finished.stderr[0], "subunit-history: 3 damaged packets in 2 runs\n");
        assert_eq!(finished.code(), 0);
        assert!(args.len() > 1 || finished.text() == "c\n", "it is no test: {}", finished.text());
    }
}

#[test]
fn runs_of_testr_and_stestr_are_read_as_they_are() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path(".testrepository")).expect("there is room");
    let time = |second: u32| format!("time: 2026-11-01 10:00:{second:02}.000000Z\n");
    for (number, (outcome, seconds)) in [("success", 2), ("failure", 1), ("success", 6)].into_iter().enumerate() {
        let run = format!("{}test: a\n{}{outcome}: a\n{}test: hung\n", time(0), time(seconds), time(9));
        folder.write(format!(".testrepository/{number}"), run.as_bytes());
    }
    let args = [".testrepository/0", ".testrepository/1", ".testrepository/2"];
    let finished = history(&folder, &[&["--flaky"], &args[..]].concat());
    assert!(finished.text().ends_with("    2  1/3   33%  .F.                     a\n"), "{}", finished.text());
    let slower = history(&folder, &[&["--slower", "3"], &args[..]].concat());
    assert!(slower.text().ends_with("2.000 s  6.000 s     3.0  a\n"), "{}", slower.text());
    assert_eq!(history(&folder, &[&["--failing"], &args[..]].concat()).text(), "hung\n", "it never finished");
}

#[test]
fn json_is_what_jq_reads() {
    let runs = runs(&[("a", ".F.s"), ("two\nlines \"\u{1b}", "..FF")]);
    let folder = Folder::new();
    write(&folder, &runs);
    folder.write("json", of_runs(&["--json"], &runs).as_bytes());
    let query = "[.id, .runs, .good, .bad, .skipped, .flips, .streak, .since, .median, .results]";
    let mut jq = std::process::Command::new("jq");
    jq.args(["-c", query]).arg(folder.path("json"));
    if jq.output().is_err() {
        return skipped("there is no jq");
    }
    let expected = "[\"a\",4,2,1,1,2,1,\"run03\",null,\".F.s\"]\n[\"two\\nlines \\\"\\u001b\",4,2,2,0,1,2,\"run03\",null,\"..FF\"]\n";
    assert_eq!(run_to_end(jq, b"").text(), expected);
    let nul = of_runs(&["--json", "-0"], &runs);
    assert_eq!((nul.matches('\0').count(), nul.matches('\n').count()), (2, 0));
    let timed = [stream(took("a", Status::Success, 27)), stream(took("a", Status::ExpectedFailure, 160))];
    assert!(of_runs(&["--json"], &timed).contains(r#""median":0.0935,"max":0.16,"#));
}

#[test]
fn names_that_would_forge_lines_are_escaped() {
    let id = "two\nlines \u{1b}[2J\u{202e}";
    let runs = runs(&[(id, ".F.F")]);
    let escaped = r"two\nlines \x1b[2J\u202e";
    for args in [&[][..], &["--flaky"], &["--failing"]] {
        let text = of_runs(args, &runs);
        assert!(text.ends_with(&format!("{escaped}\n")), "{args:?}: {text}");
        assert!(of_runs(&[args, &["-0"]].concat(), &runs).ends_with(&format!("{id}\0")), "-0 writes it as it is");
    }
    let failed = Event::test("a")
        .status(Status::Fail)
        .tags(["worker-\u{1b}"])
        .file("traceback", &b"boom \x1b[2J\n"[..])
        .mime_type("text/x-traceback");
    let text = of_runs(&["--test", "a"], &[stream([failed])]);
    assert!(!text.contains('\u{1b}') && text.contains(r"boom \x1b[2J") && text.contains(r"worker-\x1b"), "{text}");
}

#[test]
fn rare_failures_never_look_like_none() {
    let rate = |results: &str| {
        let text = of_runs(&["--last", "1"], &runs(&[("a", results)]));
        text.lines().nth(1).expect("a row").split_whitespace().nth(2).expect("a rate").to_owned()
    };
    let mostly = |usual: &str, once: &str| usual.repeat(299) + once;
    assert_eq!([mostly(".", "F"), mostly("F", ".")].map(|results| rate(&results)), ["<1%", ">99%"]);
    assert_eq!(["....", "FFFF", ".F.."].map(rate), ["0%", "100%", "25%"]);
}

#[test]
fn only_one_question_is_asked_at_once() {
    let folder = Folder::new();
    for args in
        [["--flaky", "--failing"], ["--failing", "--slower=2"], ["--slower=2", "--test=a"], ["--flaky", "--test=a"]]
    {
        let line = trouble("subunit-history", &history(&folder, &[&args[..], &["run"]].concat())).to_owned();
        assert!(line.contains("cannot be used with"), "{args:?}: {line}");
    }
}
