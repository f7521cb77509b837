//! What subunit-bisect does.

use std::fs;

use subunit_codec::{Event, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::stream::{packet, with_flip};

use crate::every_tool::{contains, tool};
use crate::folder::Folder;

/// Runs the tests of a list in version 1. `victim` fails once in `ONE_IN` trials behind all of
/// `CULPRITS`. In trial `AT`, or in all if that is 0, happens what `HOW` says.
const RUNNER: &str = r#"
now() { [ "$HOW" = "$1" ] && { [ "${AT:-0}" = 0 ] || [ "$AT" = "$SUBUNIT_TRIAL" ]; }; }
cat "${1:--}" > ran.$SUBUNIT_TRIAL
if now kill; then kill -9 $PPID; sleep 5; fi
if now interrupt; then kill -INT $PPID; sleep 5; fi
if now crash; then echo cannot import; exit 3; fi
if now sleep; then sleep 60; fi
if now hang; then echo 'test: victim'; sleep 60; fi
if now damage; then cat damaged; [ "$AT" != 1 ] || kill -9 $$; exit; fi
if now text; then echo hello; exit; fi
if now all; then { cat all; echo victim; } > ran.$SUBUNIT_TRIAL; fi
if now skip; then echo 'test: victim'; echo 'skip: victim'; exit; fi
if now sort; then sort -r ran.$SUBUNIT_TRIAL > sorted.$$; mv sorted.$$ ran.$SUBUNIT_TRIAL; fi
if now reverse; then
    { grep -v victim ran.$SUBUNIT_TRIAL | sort -r; echo victim; } > sorted.$$
    mv sorted.$$ ran.$SUBUNIT_TRIAL
fi
awk -v trial="$SUBUNIT_TRIAL" -v culprits="$CULPRITS" -v one_in="${ONE_IN:-1}" '
    BEGIN { left = split(culprits, names, " "); for (i in names) is_culprit[names[i]] = 1 }
    { print "test: " $0 }
    $0 == "victim" && left == 0 && trial % one_in == 0 { print "failure: victim [\nValueError: it broke\n]"; next }
    { print "success: " $0; left -= is_culprit[$0] }
' ran.$SUBUNIT_TRIAL
"#;

/// A folder with candidates `a` to `p`, and the runner.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("all", b"a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\np\n");
    folder.write("run.sh", RUNNER.as_bytes());
    folder
}

#[track_caller]
fn bisect(folder: &Folder, args: &[&str], environment: &[(&str, &str)]) -> Finished {
    let all =
        [&["--test", "victim", "--candidates", "all", "--state", "state"], args, &["--", "sh", "run.sh"]].concat();
    let mut command = folder.command(tool("subunit-bisect"), &all);
    command.envs(environment.iter().copied());
    run_to_end(command, b"")
}

/// The trials in the log, without what differs from time to time.
fn trials(folder: &Folder) -> Vec<String> {
    let log = String::from_utf8(folder.read("state/trials.jsonl")).expect("the log is UTF-8");
    let without_seconds = |line: &str| {
        let (start, rest) = line.split_once("\"seconds\":").expect("a trial has a duration");
        format!("{start}{}", rest.split_once(',').expect("it is not the last").1)
    };
    log.lines().map(without_seconds).collect()
}

#[test]
fn the_cause_is_found_and_measured() {
    for (culprits, one_in, expected) in [
        ("f", "1", "f\n"),
        ("f", "3", "f\n"),
        ("a", "1", "a\n"),
        ("p", "1", "p\n"),
        ("c k", "1", "c\nk\n"),
        ("a b p", "1", "a\nb\np\n"),
    ] {
        let folder = folder();
        let finished = bisect(&folder, &[], &[("CULPRITS", culprits), ("ONE_IN", one_in)]);
        assert_eq!((finished.text(), finished.code()), (expected, 0), "{culprits} {one_in}: {:?}", finished.stderr);
        let names = expected.trim_end().replace('\n', " and ");
        assert!(finished.stderr[0].contains(&format!("victim fails after {names}\n")), "{:?}", finished.stderr);
        assert!(finished.stderr[0].contains("by chance, were it not needed"), "{:?}", finished.stderr);
    }
}

#[test]
fn a_test_that_fails_alone_has_no_cause() {
    let finished = bisect(&folder(), &[], &[("CULPRITS", ""), ("ONE_IN", "3")]);
    assert_eq!((finished.text(), finished.code()), ("", 0));
    assert!(finished.stderr[0].contains("victim fails by itself"), "{:?}", finished.stderr);
}

#[test]
fn a_failure_that_does_not_come_again_is_status_1() {
    let folder = folder();
    let finished = bisect(&folder, &["--give-up", "4"], &[("CULPRITS", "none")]);
    assert_eq!((finished.text(), finished.code()), ("", 1), "{:?}", finished.stderr);
    assert!(finished.stderr[0].contains("victim is not reproduced"), "{:?}", finished.stderr);
    let whole = trials(&folder).iter().filter(|trial| trial.contains("\"tests\":17")).count();
    assert_eq!(whole, 4);
}

#[test]
fn a_rate_that_is_known_saves_trials_and_a_wrong_one_convicts_nobody() {
    let counts = [&[][..], &["--rate", "3/9"]].map(|args| {
        let folder = folder();
        let finished = bisect(&folder, args, &[("CULPRITS", "f"), ("ONE_IN", "3")]);
        assert_eq!(finished.text(), "f\n", "{:?}", finished.stderr);
        trials(&folder).len()
    });
    assert!(counts[1] < counts[0], "{counts:?}");
    let finished = bisect(&folder(), &["--rate", "1/1"], &[("CULPRITS", "none")]);
    assert_eq!((finished.text(), finished.code()), ("", 1), "{:?}", finished.stderr);
}

#[test]
fn killed_at_any_trial_it_goes_on_as_if_nothing_had_happened() {
    let whole = folder();
    let cause = [("CULPRITS", "c k")];
    assert_eq!(bisect(&whole, &[], &cause).text(), "c\nk\n");
    let expected = trials(&whole);
    assert!(expected.len() > 20, "{expected:?}");
    let folder = folder();
    for number in 1..=expected.len() {
        let at = number.to_string();
        let killed = bisect(&folder, &[], &[cause[0], ("HOW", "kill"), ("AT", &at)]);
        assert_eq!(killed.statuses[0].code(), None, "it was killed: {:?}", killed.stderr);
        assert_eq!(trials(&folder), expected[..number - 1], "in trial {at}");
    }
    let finished = bisect(&folder, &[], &cause);
    assert_eq!((finished.text(), finished.code()), ("c\nk\n", 0), "{:?}", finished.stderr);
    assert_eq!(trials(&folder), expected);
    let again = bisect(&folder, &[], &cause);
    assert_eq!((again.text(), trials(&folder).len()), ("c\nk\n", expected.len()), "no more trials are needed");
}

#[test]
fn after_a_signal_the_state_is_kept() {
    let folder = folder();
    let cause = ("CULPRITS", "f");
    let finished = bisect(&folder, &[], &[cause, ("HOW", "interrupt"), ("AT", "5")]);
    assert_eq!(finished.code(), 130, "{:?}", finished.stderr);
    assert!(finished.stderr[0].contains("the same command goes on with the trials in state"), "{:?}", finished.stderr);
    assert_eq!(trials(&folder).len(), 4);
    assert_eq!(bisect(&folder, &[], &[cause]).text(), "f\n");
}

#[test]
fn a_torn_line_of_the_log_is_dropped() {
    let folder = folder();
    assert_eq!(bisect(&folder, &[], &[("CULPRITS", "f")]).text(), "f\n");
    let expected = trials(&folder);
    let log = folder.read("state/trials.jsonl");
    folder.write("state/trials.jsonl", &log[..log.len() - 10]);
    let finished = bisect(&folder, &[], &[("CULPRITS", "f")]);
    assert_eq!((finished.text(), finished.code()), ("f\n", 0), "{:?}", finished.stderr);
    assert_eq!(trials(&folder), expected);
}

#[test]
fn a_state_belongs_to_its_tests() {
    let folder = folder();
    assert_eq!(bisect(&folder, &[], &[("CULPRITS", "f")]).code(), 0);
    let other = bisect(&folder, &["--test", "other"], &[]);
    assert_eq!(other.code(), 2);
    assert!(other.stderr[0].contains("state: it holds the trials of another test"), "{:?}", other.stderr);
    folder.write("all", b"a\nb\n");
    let other = bisect(&folder, &[], &[]);
    assert_eq!(other.code(), 2);
    assert!(other.stderr[0].contains("state: it holds the trials of other candidates"), "{:?}", other.stderr);
    folder.write("state/trials.jsonl", b"{}\n");
    let broken = run_to_end(folder.command(tool("subunit-bisect"), &["--state", "state", "--report"]), b"");
    assert_eq!(broken.code(), 2, "{:?}", broken.stderr);
    assert!(broken.stderr[0].contains("line 1: no trial"), "{:?}", broken.stderr);
}

#[test]
fn the_order_in_which_the_command_runs_is_seen() {
    let folder = folder();
    let finished = bisect(&folder, &[], &[("CULPRITS", "c k"), ("HOW", "reverse")]);
    assert!(finished.stderr[0].contains("the command ran p where the list has a"), "{:?}", finished.stderr);
    assert_eq!((finished.text(), finished.code()), ("k\nc\n", 0), "{:?}", finished.stderr);
    assert!(folder.read("state/order").starts_with(b"p\no\n"));
    let args = ["--give-up", "2"];
    let finished = bisect(&super::subunit_bisect::folder(), &args, &[("CULPRITS", "f"), ("HOW", "sort")]);
    assert!(finished.stderr[0].contains("the command ran victim where the list has a"), "{:?}", finished.stderr);
    assert_eq!(finished.code(), 1, "what runs behind the test does not break it: {:?}", finished.stderr);
}

#[test]
fn three_trials_without_a_result_are_trouble() {
    for (how, reason) in [
        ("crash", "no result of victim (exit status 3, it said: cannot import)"),
        ("text", "no result of victim (exit status 0, it said: hello)"),
        ("all", "a ran and is not in the list"),
        ("skip", "victim was skipped"),
    ] {
        let folder = folder();
        let finished = bisect(&folder, &[], &[("CULPRITS", "none"), ("HOW", how)]);
        assert_eq!((finished.text(), finished.code()), ("", 2), "{how}: {:?}", finished.stderr);
        assert!(finished.stderr[0].contains("3 trials in a row without a result: "), "{how}: {:?}", finished.stderr);
        assert!(finished.stderr[0].contains(reason), "{how}: {:?}", finished.stderr);
        assert!(folder.path("state/streams/3.subunit").exists(), "what was seen is kept");
    }
    let one = bisect(&folder(), &[], &[("CULPRITS", "f"), ("HOW", "crash"), ("AT", "4")]);
    assert_eq!((one.text(), one.code()), ("f\n", 0), "one of them does no harm");
    let missing = run_to_end(
        folder().command(tool("subunit-bisect"), &["--test", "victim", "--candidates", "all", "--", "no-such-command"]),
        b"",
    );
    assert_eq!(missing.code(), 2);
    assert!(missing.stderr[0].contains("could not be started"), "{:?}", missing.stderr);
}

#[test]
fn a_timeout_while_the_test_runs_is_a_failure_and_before_it_nothing() {
    let hangs = bisect(&folder(), &["--timeout", "0.5"], &[("CULPRITS", "none"), ("HOW", "hang")]);
    assert_eq!((hangs.text(), hangs.code()), ("", 0));
    assert!(hangs.stderr[0].contains("victim fails by itself"), "{:?}", hangs.stderr);
    let folder = folder();
    let sleeps = bisect(&folder, &["--timeout", "0.5"], &[("CULPRITS", "f"), ("HOW", "sleep"), ("AT", "1")]);
    assert_eq!((sleeps.text(), sleeps.code()), ("f\n", 0), "{:?}", sleeps.stderr);
    assert!(trials(&folder)[0].contains("\"outcome\":\"void\""), "{:?}", trials(&folder)[0]);
}

#[test]
fn a_result_that_may_be_in_a_damaged_packet_is_none() {
    let folder = folder();
    let begins = packet(&Event::test("victim").status(Status::InProgress));
    let ends = packet(&Event::test("victim").status(Status::Success).file("log", vec![b'x'; 100]));
    folder.write("damaged", &[begins.clone(), with_flip(ends.clone(), 50, 1)].concat());
    let finished = bisect(&folder, &[], &[("CULPRITS", "f"), ("HOW", "damage")]);
    assert_eq!((finished.text(), finished.code()), ("", 2), "{:?}", finished.stderr);
    assert!(finished.stderr[0].contains("the stream is damaged, and victim has no end"), "{:?}", finished.stderr);

    let folder = self::folder();
    folder.write("damaged", &[&begins[..], &ends[..ends.len() / 2]].concat());
    let finished = bisect(&folder, &[], &[("CULPRITS", "f"), ("HOW", "damage"), ("AT", "1")]);
    assert_eq!((finished.text(), finished.code()), ("f\n", 0), "{:?}", finished.stderr);
    assert!(trials(&folder)[0].contains("\"outcome\":\"bad\""), "it died while the test ran: {:?}", trials(&folder)[0]);
}

#[test]
fn only_failures_that_match_count() {
    let finished = bisect(&folder(), &["--match", "^ValueError"], &[("CULPRITS", "f")]);
    assert_eq!(finished.text(), "f\n", "{:?}", finished.stderr);
    let finished = bisect(&folder(), &["--match", "KeyError"], &[("CULPRITS", "")]);
    assert_eq!(finished.code(), 2);
    assert!(finished.stderr[0].contains("victim fails, and no text matches"), "{:?}", finished.stderr);
}

#[test]
fn several_trials_may_run_at_once() {
    for culprits in ["f", "c k"] {
        let folder = folder();
        let finished = bisect(&folder, &["-j", "3"], &[("CULPRITS", culprits)]);
        assert_eq!(finished.text(), culprits.replace(' ', "\n") + "\n", "{:?}", finished.stderr);
    }
}

#[test]
fn a_command_may_come_before_each_trial() {
    let folder = folder();
    let setup = ["--setup", "echo $SUBUNIT_TRIAL >> set-up"];
    assert_eq!(bisect(&folder, &setup, &[("CULPRITS", "f")]).text(), "f\n");
    let count = String::from_utf8(folder.read("set-up")).expect("numbers are text").lines().count();
    assert_eq!(count, trials(&folder).len());
    let fails = bisect(&super::subunit_bisect::folder(), &["--setup", "exit 7"], &[("CULPRITS", "f")]);
    assert_eq!(fails.code(), 2);
    assert!(fails.stderr[0].contains("the set-up failed: exit status 7"), "{:?}", fails.stderr);
}

#[test]
fn what_was_found_can_be_shown_again() {
    let folder = folder();
    assert_eq!(bisect(&folder, &["--give-up", "9"], &[("CULPRITS", "f")]).code(), 0);
    let show = |args: &[&str]| {
        let args = [&["--state", "state", "--report"], args].concat();
        run_to_end(folder.command(tool("subunit-bisect"), &args), b"")
    };
    let report = show(&[]);
    assert_eq!((report.code(), &*report.stderr[0]), (0, ""));
    let lines: Vec<&str> = report.text().lines().collect();
    assert_eq!(lines[0], "victim fails after f");
    assert!(lines[1].starts_with("  with it:      3 failures in 3 runs (100.0 %, 95 %: "), "{lines:?}");
    assert!(lines[2].starts_with("  without it:   0 failures in "), "{lines:?}");
    assert!(lines[3].ends_with("; state in state"), "{lines:?}");
    let json = show(&["--json"]);
    let object: serde_json::Value = serde_json::from_slice(&json.stdout).expect("it is JSON");
    assert_eq!((object["verdict"].as_str(), &object["cause"][0]), (Some("cause"), &"f".into()));
    assert_eq!(object["trials"], trials(&folder).len());
    let none = run_to_end(folder.command(tool("subunit-bisect"), &["--state", "nowhere", "--report"]), b"");
    assert_eq!((none.code(), none.stdout.len()), (2, 0));
    assert!(contains(none.stderr[0].as_bytes(), b"nowhere"), "{:?}", none.stderr);
}

#[test]
fn lists_go_to_standard_input_or_into_a_file() {
    let folder = folder();
    let args = ["--test", "victim", "--state", "state", "--", "sh", "run.sh", "{list}"];
    let mut command = folder.command(tool("subunit-bisect"), &args);
    command.env("CULPRITS", "f");
    // Behind the test, nothing is a candidate.
    let finished = run_to_end(command, b"a\nb\nf\nc\nvictim\nd\n");
    assert_eq!(finished.text(), "f\n", "{:?}", finished.stderr);
    assert_eq!(folder.read("state/candidates"), b"a\nb\nf\nc\nvictim\n");
    assert!(fs::read_dir(folder.path("state/lists")).expect("there are lists").count() > 2);
}

#[test]
fn without_a_name_the_state_is_named_for_the_tests() {
    let folder = folder();
    let args = ["--test", "victim", "--candidates", "all", "--", "sh", "run.sh"];
    let mut command = folder.command(tool("subunit-bisect"), &args);
    command.env("CULPRITS", "f");
    assert_eq!(run_to_end(command, b"").text(), "f\n");
    let named = fs::read_dir(folder.path("")).expect("it can be read").filter_map(Result::ok);
    assert_eq!(named.filter(|it| it.file_name().to_string_lossy().starts_with("bisect.victim-")).count(), 1);
    let nothing = run_to_end(folder.command(tool("subunit-bisect"), &args), b"");
    assert_ne!(nothing.code(), 101);
    folder.write("all", b"victim\na\n");
    let none = run_to_end(folder.command(tool("subunit-bisect"), &args), b"");
    assert_eq!(none.code(), 2);
    assert!(none.stderr[0].contains("no test is listed before victim"), "{:?}", none.stderr);
}
