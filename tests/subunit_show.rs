//! What subunit-show does.

use std::process::Command;

use subunit_codec::{Event, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::Pipeline;
use testkit::stream::{at, packet, stream, test, with_flip};

use crate::every_tool::{contains, tool};
use crate::folder::Folder;
use crate::tool::{DEADLINE, peak_memory, trouble};

fn show(args: &[&str], input: &[u8]) -> Finished {
    run_to_end(tool("subunit-show").command(args), input)
}

#[track_caller]
fn shown(args: &[&str], input: &[u8]) -> String {
    let finished = show(args, input);
    finished.assert().code(0).stderr("");
    finished.text().to_owned()
}

const SECONDS: u32 = 1_795_661_403;

/// A failure with a traceback and a picture, a pass, a skip, a test that hangs.
fn sample() -> Vec<u8> {
    let bad = || Event::test("m.C.bad").route_code("web");
    let tags = ["slow", "worker-1"];
    let traceback = "Traceback:\n  caf\u{e9}\n\nAssertionError: 404 != 201".as_bytes();
    let picture = b"\x89PNG".repeat(300);
    [
        b"building\n".to_vec(),
        stream([
            bad().status(Status::InProgress).at(at(SECONDS, 120_000_000)).tags(tags),
            Event::test("m.hang").status(Status::InProgress).at(at(SECONDS + 1, 0)),
            Event::test("m.ok").status(Status::Success),
            bad().file("traceback", traceback).mime_type("text/x-traceback; charset=\"utf8\"").eof(),
            bad().file("a shot.png", picture).mime_type("image/png").eof(),
            bad().status(Status::Fail).at(at(SECONDS + 3, 120_000_000)).tags(tags),
            Event::test("m.skip").status(Status::Skip).file("reason", &b"no db\n"[..]).not_runnable().route_code("db"),
            Event::global_file("run.log", &b"of the run"[..])
                .mime_type("text/plain")
                .at(at(SECONDS + 279, 400_000_000)),
        ]),
        b"done".to_vec(),
    ]
    .concat()
}

const BAD: &str = r#"FAIL  m.C.bad
  worker     web/worker-1
  tags       slow, worker-1
  started    2026-11-26T02:50:03.120000Z
  took       3.000 s
  traceback  text/x-traceback; charset="utf8", 46 bytes
    Traceback:
      café

    AssertionError: 404 != 201
  a shot.png  image/png, 1,200 bytes (subunit-show --attachment 'a shot.png' FILE ID)
"#;

const HANG: &str = "HUNG  m.hang
  started    2026-11-26T02:50:04.000000Z
  running    278.400 s when the stream ended
";

const SKIP: &str = "SKIP  m.skip
  route      db
  not runnable
  reason     6 bytes
    no db
";

#[test]
fn failures_are_shown_with_all_that_is_recorded_of_them() {
    assert_eq!(shown(&[], &sample()), format!("{BAD}\n{HANG}"));
    assert_eq!(shown(&["--all"], &sample()), format!("PASS  m.ok\n\n{BAD}\n{SKIP}\n{HANG}"));
    assert_eq!(shown(&["--status", "skip,success"], &sample()), format!("PASS  m.ok\n\n{SKIP}"));
    assert_eq!(shown(&["--route", "web"], &sample()), BAD);
    let others = "subunit-show: no failures in 1 test\n";
    show(&["--route", "db"], &sample()).assert().code(0).stdout("").stderr(others);
    show(&["--route", "we"], &sample()).assert().code(0).stdout("").stderr("subunit-show: no failures in 0 tests\n");
}

#[test]
fn every_status_has_its_word() {
    let words = ["LISTED", "HUNG", "PASS", "UXSUCCESS", "SKIP", "FAIL", "XFAIL"];
    for (status, word) in Status::ALL.into_iter().zip(words) {
        assert_eq!(shown(&["--all"], &packet(&Event::test("a").status(status))), format!("{word}  a\n"));
        let is_shown = shown_or_told(&packet(&Event::test("a").status(status)));
        assert_eq!(is_shown, status.is_failure(), "{status}");
    }
}

/// Whether a test is shown by default; if not, a line tells that there are no failures.
fn shown_or_told(input: &[u8]) -> bool {
    let finished = show(&[], input);
    assert_eq!(finished.code(), 0);
    assert!(finished.stdout.is_empty() != finished.stderr[0].is_empty(), "{:?}", finished.stderr);
    !finished.stdout.is_empty()
}

#[test]
fn a_run_without_failures_is_told() {
    let input = [test("a", Status::Success), test("b", Status::Skip)].concat();
    show(&[], &input).assert().code(0).stdout("").stderr("subunit-show: no failures in 2 tests\n");
    show(&[], &test("a", Status::Success)).assert().code(0).stderr("subunit-show: no failures in 1 test\n");
}

#[test]
fn each_attempt_and_each_route_is_an_entry() {
    let run = |route: &'static str, status| packet(&Event::test("a").route_code(route).status(status));
    let input = [run("0", Status::Fail), run("0", Status::Success), run("1", Status::Fail)].concat();
    let expected = "FAIL  a\n  route      0\n\nPASS  a\n  route      0\n\nFAIL  a\n  route      1\n";
    assert_eq!(shown(&["-", "a"], &input), expected);
    assert_eq!(shown(&["--route", "1"], &input), "FAIL  a\n  route      1\n");
}

#[test]
fn an_id_is_a_whole_one_or_else_a_part() {
    let input = ["m.a", "m.ab", "m.c"].map(|id| test(id, Status::Success)).concat();
    assert_eq!(shown(&["-", "m.a"], &input), "PASS  m.a\n", "just this one");
    assert_eq!(shown(&["-", "m.c", "m.a"], &input), "PASS  m.a\n\nPASS  m.c\n", "in the order of the stream");
    let finished = show(&["-", "m."], &input);
    let line = "subunit-show: no test 'm.': showing 3 tests whose ids contain it\n";
    finished.assert().code(0).stdout("PASS  m.a\n\nPASS  m.ab\n\nPASS  m.c\n").stderr(line);
    let finished = show(&["-", "b", "m.c", "zz"], &input);
    let lines = "subunit-show: no test 'b': showing 1 test whose id contains it\nsubunit-show: no test 'zz'\n";
    finished.assert().code(1).stdout("PASS  m.c\n\nPASS  m.ab\n").stderr(lines);
    let part = show(&["-", "C.bad"], &sample());
    part.assert().code(0).stdout(BAD);
}

#[test]
fn the_attachments_of_the_run_are_shown_with_the_text() {
    let run = "RUN\n  stdout     13 bytes\n    building\n    done\n  run.log    text/plain, 10 bytes\n    of the run\n";
    assert_eq!(shown(&["--run"], &sample()), run);
    let web = packet(&Event::global_file("stdout", &b"x"[..]).route_code("web"));
    assert_eq!(shown(&["--run", "--route=web"], &[sample(), web].concat()), "RUN  web\n  stdout     1 byte\n    x\n");
    assert_eq!(show(&["--run", "--attachment", "run.log"], &sample()).stdout, b"of the run");
}

#[test]
fn damage_is_shown_with_offset_reason_and_bytes_before_and_after_a_filter() {
    let corrupt = with_flip(packet(&Event::test("c").file("f", vec![b'x'; 300])), 100, 1);
    let input = [test("a", Status::Success), corrupt].concat();
    let filtered = run_to_end(tool("subunit-filter").command(["--all"]), &input).stdout;
    let direct = shown(&[], &input);
    assert_eq!(direct, shown(&[], &filtered));
    let start = "DAMAGE  subunit.parser\n  offset     20\n  reason     checksum is wrong\n  bytes      315\n    00000000  b3 29 40 ";
    assert!(direct.starts_with(start), "{direct}");
    assert_eq!(direct.lines().count(), 4 + 256 / 16, "{direct}");
    assert!(direct.lines().all(|line| line.len() <= 80), "{direct}");
    assert!(shown(&["--route", "0"], &input) == direct, "no selection by route hides damage");
}

#[test]
fn hostile_names_are_escaped_and_texts_stay_as_they_are() {
    let event = Event::test("a\n\x1b[2J").status(Status::Fail).tags(["t\x1b"]).route_code("r\u{202e}");
    let input = stream([event.file("log\r", &b"red \x1b[31m \xff"[..]).mime_type("text/plain\n")]);
    let expected = "FAIL  a\\n\\x1b[2J\n  route      r\\u202e\n  tags       t\\x1b\n  log\\r      text/plain\\n, 11 bytes\n    red \x1b[31m \u{fffd}\n";
    assert_eq!(shown(&[], &input), expected);
}

#[test]
fn an_attachment_is_written_byte_for_byte() {
    let picture = b"\x89PNG".repeat(300);
    let finished = show(&["--attachment", "a shot.png"], &sample());
    finished.assert().code(0).stderr("");
    assert!(finished.stdout == picture);
    let finished = show(&["--attachment", "a shot.png", "-", "m.C.bad"], &sample());
    assert!(finished.stdout == picture);
    let attempt = |log: &'static str| Event::test("a").status(Status::Fail).file("log", log.as_bytes()).eof();
    let without = Event::test("a").status(Status::Success);
    let input = stream([attempt("one"), attempt("two"), without]);
    show(&["--attachment", "log", "-", "a"], &input).assert().code(0).stdout("two").stderr("");
}

#[test]
fn an_attachment_that_several_have_or_none_is_not_written() {
    let event = |id: &'static str, route: &'static str| {
        Event::test(id).route_code(route).status(Status::Fail).file("log", id.as_bytes()).eof()
    };
    let input = stream([event("a", "0"), event("a", "1"), event("b", "0")]);
    let finished = show(&["--attachment", "log", "-", "a"], &input);
    let line = trouble("subunit-show", &finished);
    assert_eq!(line, "several tests have an attachment 'log': a (route 0), a (route 1)");
    assert!(finished.stdout.is_empty());
    show(&["--attachment", "log", "--route", "1"], &input).assert().code(0).stdout("a");
    let none = show(&["--attachment", "nosuch"], &input);
    none.assert().code(1).stdout("").stderr("subunit-show: no attachment 'nosuch'\n");
}

#[test]
fn bytes_that_are_not_text_are_not_written_to_a_terminal() {
    let folder = Folder::new();
    let event =
        |name: &'static str, mime_type| Event::test("a").file(name, &b"\x1b[2J\n"[..]).mime_type(mime_type).eof();
    let ends = Event::test("a").status(Status::Fail);
    folder.write("run", &stream([event("shot", "image/png"), event("log", "text/plain"), ends]));
    for (name, expected) in [
        (
            "shot",
            "subunit-show: standard output is a terminal: 'shot' (image/png) is not written there; redirect it\n2",
        ),
        ("log", "\\x1b[2J\n0"),
    ] {
        let mut script = Command::new("script");
        let command = format!("'{}' --attachment {name} run; printf $?", tool("subunit-show").path);
        script.args(["-qc", &command, "/dev/null"]).current_dir(folder.path(""));
        let finished = Pipeline::new([script]).deadline(DEADLINE).run(b"");
        assert_eq!(String::from_utf8_lossy(&finished.stdout).replace("\r\n", "\n"), expected, "{name}");
    }
}

#[test]
fn a_torn_attachment_is_written_as_far_as_it_goes() {
    let input = stream([Event::test("a").status(Status::Fail).file("log", &b"half"[..])]);
    let line = "subunit-show: 'log' has no end: the stream holds only this much of it\n";
    show(&["--attachment", "log"], &input).assert().code(0).stdout("half").stderr(line);
}

#[test]
fn colour_is_for_terminals_or_if_it_is_asked_for() {
    let input = test("a", Status::Fail);
    assert_eq!(shown(&["--color=always"], &input), "\x1b[1;31mFAIL\x1b[0m  a\n");
    for args in [&[][..], &["--color"], &["--color=auto"], &["--color=never"]] {
        assert_eq!(shown(args, &input), "FAIL  a\n", "{args:?}");
    }
    let folder = Folder::new();
    let hostile =
        stream([Event::test("a").status(Status::Fail).file("log", &b"\x1b[2J\tx"[..]).mime_type("text/plain")]);
    folder.write("run", &hostile);
    for (env, args, word) in
        [("", "", "\x1b[1;31mFAIL\x1b[0m"), ("NO_COLOR=1", "", "FAIL"), ("", "--color=never", "FAIL")]
    {
        let mut script = Command::new("script");
        let command = format!("env -u NO_COLOR {env} '{}' {args} run", tool("subunit-show").path);
        script.args(["-qc", &command, "/dev/null"]).current_dir(folder.path(""));
        let finished = Pipeline::new([script]).deadline(DEADLINE).run(b"");
        let screen = String::from_utf8_lossy(&finished.stdout).replace("\r\n", "\n");
        assert_eq!(screen, format!("{word}  a\n  log        text/plain, 6 bytes\n    \\x1b[2J\tx\n"));
    }
}

#[test]
fn a_test_is_shown_when_it_ends() {
    let mut live = Pipeline::new([tool("subunit-show").command([""; 0])]).deadline(DEADLINE).start();
    live.write(&test("first", Status::Fail));
    live.read_until(|output| contains(output, b"FAIL  first\n"));
    live.write(&test("second", Status::Fail));
    live.read_until(|output| contains(output, b"\nFAIL  second\n"));
    assert_eq!(live.finish().code(), 0);
}

#[test]
fn long_attachments_take_no_memory() {
    let log = b"a line of a long log\n".repeat(3 << 14);
    let part = packet(&Event::test("a").file("log", log.clone()).mime_type("text/plain"));
    let mut live = Pipeline::new([tool("subunit-show").command(["-", "a", "b"])]).start();
    for _ in 0..40 {
        live.write(&part);
    }
    live.write(&[test("a", Status::Fail), test("b", Status::Fail)].concat());
    live.read_until(|output| output.ends_with(b"FAIL  b\n"));
    let most = peak_memory(live.process_ids()[0]);
    assert!(most < 16 << 20, "used {most} bytes for {}", 40 * log.len());
    assert_eq!(live.finish().code(), 0);
}

#[test]
fn version_1_is_shown_as_it_is() {
    let input = b"test: a\nfailure: a [\nboom\n]\n";
    let expected = "FAIL  a\n  traceback  text/x-traceback; charset=\"utf8\"; language=\"python\", 5 bytes\n    boom\n";
    assert_eq!(shown(&[], input), expected);
}
