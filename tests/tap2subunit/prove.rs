//! What prove prints: times, and verdicts that only the summary gives.

use subunit_codec::Status;

use crate::printed;

use super::{failures, outcomes, outcomes_of, run, start, tests};

const CPU: &str = "( 0.00 usr  0.00 sys +  0.05 cusr  0.01 csys =  0.06 CPU)";

/// The summary of a run in which this script has these problems.
fn summary(script: &str, problems: &str) -> String {
    format!(
        "\nTest Summary Report\n-------------------\n{script} (Wstat: 65280 (exited 255) Tests: 0 Failed: 0)\n\
         {problems}Files=2, Tests=1,  0 wallclock secs ( 0.03 usr +  0.00 sys =  0.03 CPU)\nResult: FAIL\n"
    )
}

#[test]
fn times_of_prove_change_no_verdict() {
    let prove = format!(
        "[22:11:11] t/a.t .. \n1..2\nok 1 - x\nok 70 ms\nok       70 ms {CPU}\n\
         [22:11:12] my own .. \n1..1\nok 1\nDubious, test returned 3 (wstat 768, 0x300)\nAll 1 subtests passed \n\
         [22:11:12] t/c.t .. \nok 1 - y\n1..1\nok       <1 s {CPU}\n[22:11:13] t/d.t .. skipped: no net\n\
         [22:11:13]\nFiles=3, Tests=2\nResult: FAIL\n"
    );
    let finished = run(&[], &prove);
    let expected = [
        ("t/a.t/test 1 - x", Status::Success, 0),
        ("t/a.t/test 70 ms", Status::Success, 0),
        ("t/a.t/test 2", Status::Fail, 1),
        ("t/a.t/tap errors", Status::Fail, 1),
        ("t/a.t", Status::Success, 1),
        ("my own/test 1", Status::Success, 0),
        ("my own", Status::Fail, 1),
        ("t/c.t/test 1 - y", Status::Success, 0),
        ("t/c.t", Status::Success, 1),
        ("t/d.t/file skip", Status::Skip, 1),
        ("t/d.t", Status::Success, 0),
    ];
    let expected: Vec<_> = expected.into_iter().map(|(id, status, files)| (id.to_owned(), status, files)).collect();
    assert_eq!(outcomes_of(&tests(&finished.stdout)), expected);
    let meta = printed::file(&finished.stdout, Some("t/c.t"), "tap meta");
    assert_eq!(String::from_utf8_lossy(&meta), format!("ok       <1 s {CPU}\n"), "prove's words are kept");
}

#[test]
fn a_script_that_fails_in_the_summary_alone_has_failed() {
    let scripts = "t/a.t .. skipped: (no reason given)\nt/b.t .. \n1..1\nok 1\nok\n";
    for problem in [
        "  Non-zero exit status: 255\n",
        "  Non-zero wait status: 9\n",
        "  Failed test:  1\n",
        "  Parse errors: Bad plan.\n",
    ] {
        let prove = format!("{scripts}{}", summary("t/a.t", problem));
        assert_eq!(failures(&prove), ["t/a.t/tap errors"], "{problem}");
        let meta = printed::file(&run(&[], &prove).stdout, Some("t/a.t/tap errors"), "tap meta");
        assert_eq!(String::from_utf8_lossy(&meta), problem.trim(), "with prove's words");
        let text = printed::file(&run(&[], &prove).stdout, None, "stdout");
        assert!(String::from_utf8_lossy(&text).contains(&summary("t/a.t", problem)), "the summary is text");
        assert_eq!(
            outcomes_of(&tests(&run(&["--name=n"], &prove).stdout)).pop().map(|last| last.1),
            Some(Status::Fail)
        );
    }
}

#[test]
fn a_script_that_failed_does_not_fail_again_in_the_summary() {
    let failed = "t/b.t .. \n1..1\nnot ok 1\nFailed 1/1 subtests \n";
    let again = summary("t/b.t", "  Failed test:  1\n  Non-zero exit status: 1\n");
    assert_eq!(failures(format!("{failed}{again}")), ["t/b.t/test 1", "t/b.t"]);
    let two = format!("{failed}{again}t/b.t .. skipped: why\n{}", summary("t/b.t", "  Non-zero exit status: 1\n"));
    assert_eq!(failures(two), ["t/b.t/test 1", "t/b.t", "t/b.t/tap errors"], "in another run it does");
}

#[test]
fn a_summary_of_scripts_that_passed_changes_nothing() {
    let to_do = "t/a.t .. \n1..1\nok 1\nok\nAll tests successful.\n\nTest Summary Report\n-------------------\n\
                 t/a.t (Wstat: 0 Tests: 1 Failed: 0)\n  TODO passed:   1\nFiles=1, Tests=1\nResult: PASS\n";
    assert_eq!(failures(to_do), [""; 0]);
    assert_eq!(failures("t/a.t .. skipped: why\nFiles=1, Tests=0\nResult: NOTESTS\n"), [""; 0]);
}

#[test]
fn a_run_fails_when_prove_says_so_and_nothing_else_did() {
    let prove = "t/a.t .. \n1..1\nok 1\nok\nFiles=1, Tests=1\nResult: FAIL\n";
    assert_eq!(failures(prove), ["tap errors"]);
    assert_eq!(printed::file(&run(&[], prove).stdout, Some("tap errors"), "tap meta"), b"Result: FAIL");
    assert_eq!(failures("1..1\nok 1\nResult: FAIL\n"), [""; 0], "without prove these are words of a script");
    assert_eq!(failures("t/a.t .. \n1..1\nResult: FAIL\nok 1\nok\n"), [""; 0], "and inside one, too");
}

#[test]
fn a_script_that_bails_out_fails_whatever_prove_says_of_it_then() {
    let words = "Bailout called.  Further testing stopped:";
    let passed = "t/a.t .. \n1..1\nok 1\nok\nResult: PASS\n";
    assert_eq!(failures(format!("{words}  no net\n{passed}")), ["Bail out! no net"]);
    assert_eq!(failures(format!("{words}  \n")), ["Bail out!"], "nothing else fails");
    assert_eq!(failures(format!("{passed}{words}  why\n{passed}")), ["Bail out! why"]);
    assert_eq!(failures(format!("1..2\nok 1\n{words}  why\nok 2\n")), [""; 0], "a script may print it");
}

#[test]
fn prove_may_keep_the_tap_to_itself() {
    let quiet = format!(
        "t/a.t .. ok\nmy own .. ok\n[22:11:12] t/c.t .. ok       70 ms {CPU}\nt/d.t .. skipped: why\n\
         t/e.t .. \nFailed 1/2 subtests \nResult: FAIL\n"
    );
    let expected = [
        ("t/a.t", Status::Success),
        ("my own", Status::Success),
        ("t/c.t", Status::Success),
        ("t/d.t/file skip", Status::Skip),
        ("t/d.t", Status::Success),
        ("t/e.t", Status::Fail),
    ];
    assert_eq!(outcomes(&quiet), expected.map(|(id, status)| (id.to_owned(), status)));
    assert_eq!(failures("waiting .. ok\n"), ["tap errors"], "other text is no script");
}

#[test]
fn a_pause_inside_proves_words_changes_nothing() {
    let timed = format!("[22:11:11] my own .. \n1..1\nok 1\nok       70 ms {CPU}\n");
    for (first, second) in [
        ("Bailout called.  Furth", "er testing stopped:  why\n"),
        ("t/a.t .. skipped: why\nResult: FA", "IL\n"),
        timed.split_at(8),
        timed.split_at(14),
        timed.split_at(timed.len() - 10),
    ] {
        let live = start(&[]);
        live.write(first.as_bytes());
        std::thread::sleep(std::time::Duration::from_millis(400));
        live.write(second.as_bytes());
        let paused: Vec<_> = tests(&live.finish().stdout).into_iter().map(|test| (test.id, test.status)).collect();
        assert_eq!(paused, outcomes(format!("{first}{second}")), "{first:?}");
    }
}
