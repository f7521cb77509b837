//! What gojson2subunit does.

use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::Pipeline;

use crate::every_tool::{contains, tool};
use crate::printed;
use crate::tool::DEADLINE;

/// Lines of `go test -json`, with double quotes for single ones.
fn json(lines: &[&str]) -> Vec<u8> {
    lines.iter().flat_map(|line| format!("{}\n", line.replace('\'', "\"")).into_bytes()).collect()
}

fn convert(args: &[&str], lines: &[&str]) -> Finished {
    run_to_end(tool("gojson2subunit").command(args), &json(lines))
}

/// The packets about tests, and the exit status.
#[track_caller]
fn tests(lines: &[&str]) -> (Vec<String>, i32) {
    let finished = convert(&["--no-passthrough"], lines);
    assert_eq!(finished.stderr, [""], "{lines:?}");
    (printed::lines(&finished.stdout), finished.code())
}

#[test]
fn a_test_has_times_an_outcome_and_its_output() {
    let (lines, status) = tests(&[
        "{'Time':'2026-11-20T15:19:16Z','Action':'start','Package':'ex/p'}",
        "{'Time':'2026-11-20T15:19:16.5Z','Action':'run','Package':'ex/p','Test':'TestA'}",
        "{'Time':'2026-11-20T15:19:16.6Z','Action':'output','Package':'ex/p','Test':'TestA','Output':'=== RUN   TestA\\n'}",
        "{'Time':'2026-11-20T15:19:16.7Z','Action':'output','Package':'ex/p','Test':'TestA','Output':'--- SKIP: TestA (0.00s)\\n'}",
        "{'Time':'2026-11-20T16:19:17+01:00','Action':'skip','Package':'ex/p','Test':'TestA','Elapsed':0}",
        "{'Time':'2026-11-20T15:19:18Z','Action':'output','Package':'ex/p','Output':'PASS\\n'}",
        "{'Time':'2026-11-20T15:19:18Z','Action':'pass','Package':'ex/p','Elapsed':0.008}",
    ]);
    assert_eq!(
        lines,
        [
            "ex/p.TestA inprogress @1795187956.5",
            "ex/p.TestA skip @1795187957. go test output=\"=== RUN   TestA\\n--- SKIP: TestA (0.00s)\\n\" (text/plain; charset=UTF8) eof",
        ]
    );
    assert_eq!(status, 0);
}

#[test]
fn a_package_fails_only_if_nothing_in_it_did() {
    let failed = [
        "{'Action':'run','Package':'p','Test':'TestA'}",
        "{'Action':'fail','Package':'p','Test':'TestA'}",
        "{'Action':'fail','Package':'p'}",
    ];
    assert_eq!(tests(&failed), (vec!["p.TestA inprogress".into(), "p.TestA fail".into()], 1));
    let (lines, status) = tests(&[
        "{'Action':'output','Package':'p','Output':'panic: init\\n'}",
        "{'Action':'output','Package':'p','Output':'FAIL\\tp\\t0.003s\\n'}",
        "{'Action':'fail','Package':'p'}",
        "{'Action':'skip','Package':'q'}",
        "{'Action':'pass','Package':'r'}",
    ]);
    let output = "go test output=\"panic: init\\nFAIL\\tp\\t0.003s\\n\" (text/plain; charset=UTF8) eof";
    assert_eq!((lines, status), (vec![format!("p [package] fail not-runnable {output}")], 1));
}

#[test]
fn a_build_that_fails_is_a_test_and_fails_its_packages() {
    let (lines, status) = tests(&[
        "{'ImportPath':'p [p.test]','Action':'build-output','Output':'# p\\n'}",
        "{'ImportPath':'p [p.test]','Action':'build-output','Output':'b.go:2:23: no\\n'}",
        "{'ImportPath':'p [p.test]','Action':'build-fail'}",
        "{'Action':'start','Package':'p'}",
        "{'Action':'output','Package':'p','Output':'FAIL\\tp [build failed]\\n'}",
        "{'Action':'fail','Package':'p','FailedBuild':'p [p.test]'}",
    ]);
    let output = "go test output=\"# p\\nb.go:2:23: no\\n\" (text/plain; charset=UTF8) eof";
    assert_eq!((lines, status), (vec![format!("p [p.test] [build] fail not-runnable {output}")], 1));
    // Before Go 1.24, the compiler writes to standard error.
    let (lines, status) = tests(&[
        "{'Action':'output','Package':'p','Output':'FAIL\\tp [build failed]\\n'}",
        "{'Action':'fail','Package':'p'}",
    ]);
    assert!(
        lines[0].starts_with("p [package] fail not-runnable go test output=\"FAIL\\tp [build failed]"),
        "{lines:?}"
    );
    assert_eq!((lines.len(), status), (1, 1));
}

#[test]
fn a_test_that_runs_when_its_package_fails_fails_with_the_panic() {
    let (lines, status) = tests(&[
        "{'Action':'run','Package':'p','Test':'TestA'}",
        "{'Action':'output','Package':'p','Test':'TestA','Output':'panic: test timed out after 2s\\n'}",
        "{'Action':'fail','Package':'p'}",
    ]);
    let output = "go test output=\"panic: test timed out after 2s\\n\" (text/plain; charset=UTF8) eof";
    assert_eq!((lines, status), (vec!["p.TestA inprogress".into(), format!("p.TestA fail {output}")], 1));
}

#[test]
fn a_run_that_is_cut_off_is_red_wherever_that_was() {
    let reason = "reason=\"interrupted\\n\" (text/plain; charset=UTF8) eof";
    let run = ["{'Action':'start','Package':'p'}", "{'Action':'run','Package':'p','Test':'TestA'}"];
    let passed = "{'Action':'pass','Package':'p','Test':'TestA'}";
    let test = ["p.TestA inprogress".to_owned(), format!("p.TestA fail {reason}")];
    assert_eq!(tests(&run), (test.to_vec(), 1));
    let package = format!("p [package] fail not-runnable {reason}");
    assert_eq!(tests(&run[..1]), (vec![package.clone()], 1));
    let between = ["p.TestA inprogress".to_owned(), "p.TestA success".to_owned(), package];
    assert_eq!(tests(&[run[0], run[1], passed]), (between.to_vec(), 1));
    let whole = [run[0], run[1], passed, "{'Action':'pass','Package':'p'}"];
    assert_eq!(tests(&whole).1, 0);
}

#[test]
fn a_result_that_output_pushed_off_the_start_of_its_line_counts() {
    let with = |output: &str, end: &str| {
        let output = format!("{{'Action':'output','Package':'p','Test':'TestA','Output':'{output}'}}");
        let end = format!("{{'Action':'{end}','Package':'p'}}");
        tests(&["{'Action':'run','Package':'p','Test':'TestA'}", &output, &end])
    };
    let (lines, status) = with("OK--- SKIP: TestA (0.00s)\\n", "pass");
    assert!(lines[1].starts_with("p.TestA skip "), "{lines:?}");
    assert_eq!(status, 0);
    let (lines, status) = with("OK--- FAIL: TestA (0.00s)\\n", "fail");
    assert!(lines[1].starts_with("p.TestA fail ") && lines.len() == 2, "{lines:?}");
    assert_eq!(status, 1);
    // A test that prints such a line and ends the process makes no package pass.
    let (lines, status) = with("OK--- PASS: TestA (0.00s)\\n", "fail");
    assert!(lines[1].starts_with("p.TestA success ") && lines[2].starts_with("p [package] fail "), "{lines:?}");
    assert_eq!(status, 1);
}

#[test]
fn what_go_says_of_a_result_wins_over_what_a_test_prints() {
    let (lines, status) = tests(&[
        "{'Action':'run','Package':'p','Test':'TestA'}",
        "{'Action':'output','Package':'p','Test':'TestA','Output':'OK--- PASS: TestA (0.00s)\\n'}",
        "{'Action':'fail','Package':'p','Test':'TestA'}",
        "{'Action':'fail','Package':'p'}",
    ]);
    assert!(lines[1].starts_with("p.TestA fail ") && lines.len() == 2, "{lines:?}");
    assert_eq!(status, 1);
}

#[test]
fn benchmarks_pass_with_their_line_or_with_their_package() {
    let (lines, status) = tests(&[
        "{'Action':'run','Package':'p','Test':'BenchmarkLoop'}",
        "{'Action':'output','Package':'p','Test':'BenchmarkLoop','Output':'BenchmarkLoop-2   \\t'}",
        "{'Action':'output','Package':'p','Test':'BenchmarkLoop','Output':'403\\t 0.2709 ns/op\\t 0 B/op\\n'}",
        "{'Action':'run','Package':'p','Test':'TestA'}",
        "{'Action':'fail','Package':'p','Test':'TestA'}",
        "{'Action':'fail','Package':'p'}",
        "{'Action':'run','Package':'q','Test':'BenchmarkSub'}",
        "{'Action':'bench','Package':'q','Test':'BenchmarkSub/a-8'}",
        "{'Action':'pass','Package':'q'}",
    ]);
    let ends = lines.iter().filter(|line| !line.contains("inprogress"));
    let ends: Vec<String> = ends.map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        ends,
        ["p.TestA fail", "p.BenchmarkLoop success", "q.BenchmarkSub/a-8 success", "q.BenchmarkSub success"]
    );
    assert_eq!(status, 1);
}

#[test]
fn pauses_stay_out_of_the_output_and_long_ones_are_told() {
    let (lines, _) = tests(&[
        "{'Action':'run','Package':'p','Test':'TestA'}",
        "{'Time':'2026-11-20T15:19:16Z','Action':'pause','Package':'p','Test':'TestA'}",
        "{'Action':'output','Package':'p','Test':'TestA','Output':'=== PAUSE TestA\\n'}",
        "{'Action':'output','Package':'p','Test':'TestA','Output':'=== CONT  TestA\\n'}",
        "{'Time':'2026-11-20T15:19:18.25Z','Action':'cont','Package':'p','Test':'TestA'}",
        "{'Action':'output','Package':'p','Test':'TestA','Output':'=== PAUSE a test prints\\n','OutputType':'error'}",
        "{'Action':'pass','Package':'p','Test':'TestA'}",
        "{'Action':'pass','Package':'p'}",
    ]);
    assert_eq!(lines[1], "p.TestA ... paused=\"2.250 s\\n\" (text/plain; charset=UTF8) eof");
    assert!(lines[2].contains("output=\"=== PAUSE a test prints\\n\""), "{lines:?}");
}

#[test]
fn output_after_the_end_of_a_test_is_text_and_a_second_run_a_test() {
    let end = ["{'Action':'run','Package':'p','Test':'TestA'}", "{'Action':'pass','Package':'p','Test':'TestA'}"];
    let late = "{'Action':'output','Package':'p','Test':'TestA','Output':'late\\n'}";
    let finished = convert(&[], &[end[0], end[1], late, end[0], end[1], "{'Action':'pass','Package':'p'}"]);
    assert_eq!(finished.code(), 0);
    let lines = printed::lines(&finished.stdout);
    let (begins, passes) = ("p.TestA inprogress", "p.TestA success");
    assert_eq!(lines, [begins, passes, "- ... stdout=\"late\\n\"", begins, passes]);
    let failed = [end[0], "{'Action':'fail','Package':'p','Test':'TestA'}", late, "{'Action':'fail','Package':'p'}"];
    assert_eq!(tests(&failed).0, ["p.TestA inprogress", "p.TestA fail"]);
}

#[test]
fn other_lines_and_the_output_of_packages_are_text() {
    let finished = convert(
        &[],
        &["go: downloading", "{'Action':'output','Package':'p','Output':'PASS\\n'}", "{'Action':'pass','Package':'p'}"],
    );
    assert_eq!(finished.code(), 0);
    assert_eq!(printed::file(&finished.stdout, None, "stdout"), b"go: downloading\nPASS\n");
}

#[test]
fn what_is_not_of_go_is_not_green() {
    for (input, code) in [(&b"ok\n"[..], 1), (b"{\"Action\":1}", 1), (b"", 0)] {
        let finished = run_to_end(tool("gojson2subunit").command([""; 0]), input);
        assert_eq!(finished.code(), code);
        let said = "gojson2subunit: standard input: not the output of go test -json\n";
        assert_eq!(finished.stderr[0], if code == 1 { said } else { "" });
    }
    let finished = convert(&["--fail-on-empty"], &["{'Action':'skip','Package':'p'}"]);
    assert_eq!(finished.code(), 1);
    assert_eq!(finished.stderr[0], "gojson2subunit: no test in the input, and --fail-on-empty is given\n");
}

#[test]
fn output_of_any_length_leaves_while_the_test_runs() {
    let mut live = Pipeline::new([tool("gojson2subunit").command([""; 0])]).deadline(DEADLINE).start();
    live.write(&json(&[
        "{'Action':'run','Package':'p','Test':'TestA'}",
        "{'Action':'output','Package':'p','Test':'TestA','Output':'first words\\n'}",
    ]));
    live.read_until(|output| contains(output, b"first words"));
    let long = format!("{{'Action':'output','Package':'p','Test':'TestA','Output':'{}'}}", "x".repeat(9_000_000));
    live.write(&json(&[&long, "{'Action':'pass','Package':'p','Test':'TestA'}", "{'Action':'pass','Package':'p'}"]));
    let finished = live.finish();
    finished.assert().code(0).stderr("");
    let lines = printed::lines(&finished.stdout);
    assert!(lines.last().is_some_and(|line| line.starts_with("p.TestA success ") && line.ends_with(" eof")));
    let output = printed::file(&finished.stdout, Some("p.TestA"), "go test output");
    assert_eq!(output.len(), "first words\n".len() + 9_000_000);
}
