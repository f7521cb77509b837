//! The output of os-testr, and ours.

use testkit::finished::Finished;

use super::trace;
use crate::tool::{data, read_data};

/// What os-testr 3.0.0 shows, with the texts of attachments and not Python's notation for their
/// bytes; and the exit status.
fn recorded(name: &str) -> (String, i32) {
    let recorded = String::from_utf8(read_data(&format!("os-testr/{name}.txt"))).expect("it is text");
    let (recorded, status) = recorded.rsplit_once("exit status ").expect("the last line is the status");
    let unquoted = |line: &str| {
        let text = line.strip_prefix("    b'").and_then(|text| text.strip_suffix("'\n"));
        text.map_or(line.to_owned(), |text| format!("    {text}\n"))
    };
    let lines = recorded.split_inclusive('\n').filter(|line| !line.contains("WARNING: missing Worker"));
    (lines.map(unquoted).collect(), status.trim().parse().expect("it is a number"))
}

/// What ours shows. How long the run took is the time of the stream: os-testr has that of reading.
fn ours(finished: &Finished) -> (String, i32) {
    assert!(finished.stderr.iter().all(String::is_empty), "{:?}", finished.stderr);
    let without_time = |line: &str| match line.split_once(" tests in ") {
        Some((count, _)) if line.starts_with("Ran: ") => format!("{count} tests in S sec.\n"),
        _ => line.to_owned(),
    };
    (finished.text().split_inclusive('\n').map(without_time).collect(), finished.code())
}

fn run(stream: &str, args: &[&str]) -> (String, i32) {
    ours(&trace(args, &read_data(&format!("os-testr/{stream}.subunit"))))
}

#[test]
fn output_and_exit_status_are_those_of_os_testr() {
    let before = data("os-testr/before.subunit");
    let before = before.to_str().expect("it is text");
    for (name, stream, args) in [
        ("run", "run", &[][..]),
        ("run-n", "run", &["-n"]),
        ("run-f", "run", &["-f"]),
        ("run-nf", "run", &["-n", "-f"]),
        ("run-nf", "run", &["--no-failure-debug", "-f"]),
        ("run-nf", "run", &["--no-f", "--fails"]),
        ("run-failonly", "run", &["--failonly"]),
        ("run-a", "run", &["-a"]),
        ("run-a", "run", &["--abb"]),
        ("run-af", "run", &["-af"]),
        ("run-d", "run", &["-d", "--against", before]),
        ("run-no-summary", "run", &["--no-s"]),
        ("run-quiet", "run", &["--no-failure-debug", "--fails", "--failonly", "--no-summary"]),
        ("run-n", "run", &["--color", "-n"]),
        ("skipped", "skipped", &[]),
        ("listed", "listed", &["-f"]),
    ] {
        assert_eq!(run(stream, args), recorded(name), "{stream} {args:?}");
    }
}

#[test]
fn colours_are_those_of_os_testr_on_a_terminal() {
    for (name, args) in [("run-color", &["--color=always"][..]), ("run-color-a", &["--color=always", "-a"])] {
        let recorded = String::from_utf8(read_data(&format!("os-testr/{name}.txt"))).expect("it is text");
        let words = |text: &str| -> Vec<String> {
            text.split_inclusive("\x1b[0m").filter_map(|word| Some(word.split_once('\x1b')?.1.to_owned())).collect()
        };
        assert!(words(&recorded).len() > 8, "there are colours");
        assert_eq!(words(&run("run", args).0), words(&recorded), "{args:?}");
    }
}

#[test]
fn unfinished_tests_are_counted_beyond_what_os_testr_does() {
    for (name, args) in [("hung", &[][..]), ("hung-a", &["-a"])] {
        let (shown, status) = recorded(name);
        assert_eq!(run("hung", args), (shown.replace("Failed: 0\n", "Failed: 0\n - Unfinished: 1\n"), status));
    }
}

#[test]
fn a_run_without_a_pass_is_good_if_a_test_failed_as_expected() {
    let (shown, status) = recorded("none-passed");
    let (shown, line) = shown.split_at(shown.rfind("\nNo tests").expect("os-testr says so"));
    assert_eq!((line, status), ("\nNo tests were successful during the run\n", 1));
    assert_eq!(run("none-passed", &[]), (shown.to_owned(), 0));
}
