//! What subunit-diff does.

use subunit_codec::{Event, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::stream::{at, packet, stream, test, with_flip};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::tool::trouble;

fn diff(args: &[&str], old: &[u8], new: &[u8]) -> Finished {
    let folder = Folder::new();
    folder.write("old", old);
    folder.write("new", new);
    run_to_end(folder.command(tool("subunit-diff"), &[args, &["old", "new"]].concat()), b"")
}

/// A result of a test that took so many milliseconds.
fn took(id: &'static str, status: Status, milliseconds: u32) -> [Event<'static>; 2] {
    let end = at(10 + milliseconds / 1000, milliseconds % 1000 * 1_000_000);
    [Event::test(id).status(Status::InProgress).at(at(10, 0)), Event::test(id).status(status).at(end)]
}

fn result(id: &'static str, status: Status) -> Event<'static> {
    Event::test(id).status(status)
}

#[test]
fn each_change_is_a_line_in_the_order_of_the_later_run() {
    use Status::{Fail, Skip, Success};
    let old = [
        ("broken", Success),
        ("fixed", Fail),
        ("bad", Fail),
        ("gone", Success),
        ("skipped", Success),
        ("again", Skip),
        ("worse", Skip),
        ("same", Success),
        ("never", Skip),
    ];
    let new = [
        ("new", Success),
        ("same", Success),
        ("fixed", Success),
        ("bad", Fail),
        ("skipped", Skip),
        ("again", Success),
        ("worse", Fail),
        ("never", Skip),
        ("newbad", Fail),
    ];
    let broken =
        Event::test("broken").file("traceback", &b"ValueError: 1\n"[..]).mime_type("text/x-traceback").status(Fail);
    let events =
        |results: &[(&'static str, Status)]| results.iter().map(|(id, status)| result(id, *status)).collect::<Vec<_>>();
    let (old, new) = (stream(events(&old)), stream(events(&new).into_iter().chain([broken])));
    let finished = diff(&[], &old, &new);
    assert_eq!(
        finished.text(),
        "\
+ new               new  - -> success
+ fixed             fixed  fail -> success
- skipped now       skipped  success -> skip
+ run again         again  skip -> success
! run again and bad worse  skip -> fail
! new and bad       newbad  - -> fail
! broken            broken  success -> fail  ValueError: 1
- gone              gone  success -> -
1 broken, 1 fixed, 1 new, 1 new and bad, 1 gone, 1 skipped now, 1 run again, 1 run again and bad, 1 still bad, 2 as before
"
    );
    assert_eq!(finished.code(), 1);
    assert!(diff(&["--all"], &old, &new).text().contains("= still bad         bad  fail -> fail\n"));
    let quiet = diff(&["--quiet"], &old, &new);
    assert_eq!((quiet.text(), quiet.code()), ("", 1));
    let json = diff(&["--json"], &old, &new);
    let line = r#"{"class":"broken","id":"broken","old":"success","new":"fail","old_duration":null,"new_duration":null,"message":"ValueError: 1"}"#;
    assert!(json.text().lines().any(|found| found == line), "{}", json.text());
    assert_eq!(json.text().lines().count(), 8);
}

#[test]
fn only_what_is_worse_is_a_failure() {
    use Status::{ExpectedFailure, Fail, Skip, Success, UnexpectedSuccess};
    for (old, new, code) in [
        (Success, Success, 0),
        (Success, ExpectedFailure, 0),
        (Success, Fail, 1),
        (Success, UnexpectedSuccess, 1),
        (Success, Status::InProgress, 1),
        (Fail, Success, 0),
        (Fail, Fail, 0),
        (Success, Skip, 0),
        (Skip, Success, 0),
        (Skip, Fail, 1),
    ] {
        let finished = diff(&[], &packet(&result("a", old)), &packet(&result("a", new)));
        assert_eq!(finished.code(), code, "{old} to {new}: {}", finished.text());
    }
    let one = test("a", Status::Success);
    assert_eq!(diff(&[], b"", &one).code(), 0, "a new test that passes");
    assert_eq!(diff(&[], b"", &test("a", Status::Fail)).code(), 1);
    assert_eq!(diff(&[], &one, b"").code(), 1, "a test that is gone");
    let damaged = [one.clone(), with_flip(packet(&result("b", Status::Success)), 7, 1)].concat();
    let finished = diff(&[], &one, &damaged);
    assert_eq!(finished.code(), 1);
    assert!(finished.text().starts_with("! damage            subunit.parser  offset 20: "), "{}", finished.text());
}

#[test]
fn the_last_attempt_on_each_route_counts() {
    use Status::{Fail, Skip, Success};
    let before = test("a", Success);
    let code = |args: &[&str], events: Vec<Event<'static>>| diff(args, &before, &stream(events)).code();
    let routed = |status, code: &'static str| result("a", status).route_code(code);
    assert_eq!(code(&[], vec![result("a", Fail), result("a", Success)]), 0);
    assert_eq!(code(&[], vec![result("a", Success), result("a", Fail)]), 1);
    assert_eq!(code(&[], vec![result("a", Fail), result("a", Skip)]), 1);
    assert_eq!(code(&[], vec![routed(Fail, "web"), routed(Success, "db")]), 1, "a pass hides no failure elsewhere");
    assert_eq!(code(&["--any-route"], vec![routed(Fail, "web"), routed(Success, "db")]), 0);
    let old = stream([result("a", Success).tags(["py1"]), result("a", Fail).tags(["py2"])]);
    let new = stream([result("a", Fail).tags(["py1"]), result("a", Success).tags(["py2"])]);
    assert_eq!(diff(&[], &old, &new).text().lines().next(), Some("+ fixed             a  fail -> success"));
    let profiles = diff(&["--profile", "py1,py2"], &old, &new);
    assert!(
        profiles.text().starts_with("! broken            a (py1)  success -> fail\n+ fixed             a (py2)"),
        "{}",
        profiles.text()
    );
}

#[test]
fn slower_tests_are_listed_if_asked_for_and_fail_nothing() {
    let old = stream(
        [took("a", Status::Success, 200), took("b", Status::Success, 20), took("c", Status::Fail, 100)].concat(),
    );
    let new = stream(
        [took("a", Status::Success, 500), took("b", Status::Success, 90), took("c", Status::Fail, 900)].concat(),
    );
    assert!(!diff(&[], &old, &new).text().contains("slower"));
    let finished = diff(&["--slower", "2"], &old, &new);
    assert!(finished.text().starts_with("~ slower            a  0.200 s -> 0.500 s x 2.5\n"), "{}", finished.text());
    assert_eq!((finished.code(), finished.text().lines().count()), (0, 2));
    assert_eq!(diff(&["--slower", "2", "--min-time", "50ms"], &old, &new).text().lines().count(), 3);
    assert_eq!(diff(&["--slower", "3"], &old, &new).text().lines().count(), 1);
    assert!(trouble("subunit-diff", &diff(&["--slower", "0.5"], &old, &new)).contains("must be 1 or more"));
}

#[test]
fn versions_may_differ_and_one_run_may_be_standard_input() {
    let folder = Folder::new();
    folder.write("old", b"test: a\nsuccess: a\n");
    let run = |args: &[&str], input: &[u8]| run_to_end(folder.command(tool("subunit-diff"), args), input);
    let finished = run(&["old", "-"], &test("a", Status::Fail));
    assert_eq!(finished.text().lines().next(), Some("! broken            a  success -> fail"));
    assert!(trouble("subunit-diff", &run(&["-", "-"], b"")).starts_with("only one of OLD and NEW"));
    folder.write("other", b"no stream\n");
    let finished = run(&["old", "other"], b"");
    assert_eq!(trouble("subunit-diff", &finished), "other: not a subunit stream");
}
