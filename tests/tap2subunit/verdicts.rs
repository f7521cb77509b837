//! Which runs are red: TAP without tests, and subtests of a test that is to do.

use subunit_codec::Status;
use testkit::pipeline::Pipeline;

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::printed;

use super::{failures, lines, outcomes, run, start, tests};

fn owned(tests: &[(&str, Status)]) -> Vec<(String, Status)> {
    tests.iter().map(|(id, status)| ((*id).to_owned(), *status)).collect()
}

#[test]
fn input_without_tests_fails() {
    for tap in [
        "",
        "\n",
        "no database at suite.t line 3.\n",
        "TAP version 13\n",
        "KTAP version 1\n",
        "# a comment\n",
        "[    0.000000] Linux version 6.18.0\n[    1.500000] systemd[1]: started\n",
    ] {
        assert_eq!(failures(tap), ["tap errors"], "{tap:?}");
        let meta = printed::file(&run(&[], tap).stdout, Some("tap errors"), "tap meta");
        assert_eq!(meta, b"no tests were found", "{tap:?}");
    }
    for tap in ["1..0\n", "1..0 # SKIP no network\n", "ok 1\n1..1\n", "noise\n    1..1\n    ok 1\nok 1\n1..1\n"] {
        assert_eq!(failures(tap), [""; 0], "{tap:?}");
    }
    assert_eq!(failures("Bail out! why\n"), ["Bail out! why"], "this alone is reason enough");
}

#[test]
fn each_file_has_to_have_tests() {
    let folder = Folder::new();
    folder.write("good", b"1..1\nok 1\n");
    folder.write("bad", b"Segmentation fault\n");
    let command = folder.command(tool("tap2subunit"), &["good", "bad", "-", "good"]);
    let finished = Pipeline::new([command]).run(b"");
    let found: Vec<_> = tests(&finished.stdout).into_iter().map(|test| (test.id, test.status)).collect();
    let good = ("test 1", Status::Success);
    assert_eq!(found, owned(&[good, ("tap errors", Status::Fail), ("tap errors", Status::Fail), good]));
}

#[test]
fn a_parent_that_is_to_do_excuses_its_subtest_in_taps_that_ignore_subtests() {
    let inner = "# Subtest: out\n    1..3\n    ok 1\n    not ok 2 - in\n    #   Failed test 'in'\n";
    let expected = [
        ("test 1 - out/test 1", Status::Success),
        ("test 1 - out/test 2 - in", Status::ExpectedFailure),
        ("test 1 - out/test 3", Status::ExpectedFailure),
        ("test 1 - out", Status::ExpectedFailure),
    ];
    let tap = format!("1..1\n{inner}not ok 1 - out # TODO later\n");
    assert_eq!(outcomes(&tap), owned(&expected));
    let file = printed::file(&run(&[], &tap).stdout, Some("test 1 - out/test 2 - in"), "tap comment");
    assert_eq!(file, b"#   Failed test 'in'", "it keeps its diagnostics");
    let listed = outcomes(format!("1..1 todo 1\n{inner}not ok 1 - out\n"));
    assert_eq!(listed, owned(&expected), "the plan may say that it is to do");
    let proved = outcomes(format!("t/a.t .. \nTAP version 13\n1..1\n{inner}not ok 1 - out # TODO later\nok\n"));
    assert!(proved.iter().all(|(_, status)| *status != Status::Fail), "prove ignores them in all versions: {proved:?}");
    let script = tests(&run(&["--name=n"], &tap).stdout).pop().map(|test| test.status);
    assert_eq!(script, Some(Status::Success), "the script passes");
}

#[test]
fn a_parent_that_is_not_to_do_excuses_nothing() {
    let inner = "    1..2\n    not ok 1 - in\n";
    let both = ["test 1/test 1 - in", "test 1/test 2"];
    for parent in ["ok 1 - out\n", "ok 1 - out # SKIP why\n", "1..1\n", ""] {
        assert_eq!(failures(format!("{inner}{parent}"))[..2], both, "{parent:?}");
    }
    assert_eq!(failures(format!("{inner}Bail out!\nnot ok 1 # TODO\n")), [both[0], "Bail out!"]);
    let earlier = failures(format!("{inner}not ok 1\n    1..1\n    not ok 1 - in\nnot ok 2 # TODO\n1..2\n"));
    assert_eq!(earlier, ["test 1/test 1 - in", "test 1/test 2", "test 1"], "only its own subtest is excused");
    let script = tests(&run(&["--name=n"], format!("1..1\n{inner}ok 1\n")).stdout).pop().map(|test| test.status);
    assert_eq!(script, Some(Status::Fail));
}

#[test]
fn parents_at_any_level_may_be_to_do() {
    let deep = "        not ok 1 - deep\n        1..1\n";
    let inner = format!("{deep}    not ok 1 - in\n    1..1\n");
    assert_eq!(failures(format!("{inner}not ok 1 - out # TODO\n1..1\n")), [""; 0]);
    assert_eq!(failures(format!("{deep}    not ok 1 - in # TODO\n    1..1\nok 1\n1..1\n")), [""; 0]);
    let beside = format!("{deep}    not ok 1\n{deep}    not ok 2 # TODO\n    1..2\nnot ok 1\n1..1\n");
    assert_eq!(failures(beside), ["test 1/test 1/test 1 - deep", "test 1/test 1", "test 1"]);
    let passing = format!("{deep}    ok 1\n{deep}    not ok 2 # TODO\n    1..2\nnot ok 1\n1..1\n");
    assert_eq!(failures(passing), ["test 1/test 1/test 1 - deep", "test 1"], "the one beside it excuses nothing");
}

#[test]
fn a_subtest_counts_whatever_its_parent_is_where_subtests_are_tap() {
    let node = "TAP version 13\n# Subtest: out\n    # Subtest: in\n    not ok 1 - in\n      ---\n      duration_ms: 1.4\n      ...\n    \
                1..1\nnot ok 1 - out # TODO x\n  ---\n  duration_ms: 11.7\n  type: 'suite'\n  ...\n1..1\n# tests 1\n# fail 1\n";
    assert_eq!(failures(node), ["test 1 - out/test 1 - in"]);
    let without_start = node.trim_start_matches("TAP version 13\n");
    assert_eq!(failures(without_start), ["test 1 - out/test 1 - in"], "YAML shows the version, too");
    let braces = "1..1\nnot ok 1 - out # TODO {\n    1..1\n    not ok 1 - in\n}\n";
    assert_eq!(failures(braces), ["test 1 - out/test 1 - in"]);
    let kernel = "KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n  not ok 1 in\nnot ok 1 out # TODO\n";
    assert_eq!(failures(kernel), ["test 1/test 1 in"]);
}

#[test]
fn a_failure_that_may_be_excused_is_seen_at_once() {
    let tap = "1..1\n    1..1\n    not ok 1 - in\n    # why\nnot ok 1 # TODO\n";
    let expected = [
        "test 1/test 1 - in inprogress not-runnable tap comment=\"# why\" (text/plain; charset=UTF8) eof",
        "test 1/test 1 - in xfail not-runnable",
        "test 1 xfail not-runnable eof",
    ];
    assert_eq!(lines(tap), expected);
    let mut live = start(&[]);
    live.write(b"1..1\n    1..1\n    not ok 1 - in\n");
    live.read_until(|output| !tests(output).is_empty());
    let killed: Vec<_> = tests(&live.finish().stdout).into_iter().map(|test| (test.id, test.status)).collect();
    assert_eq!(killed[0], ("test 1/test 1 - in".to_owned(), Status::Fail), "the end excuses nothing");
}
