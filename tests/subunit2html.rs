//! subunit2html.

use std::fs;
use std::io::{self, Write};

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::Value;
use sha2::{Digest, Sha256};
use subunit_codec::{Assembler, Event, Item, PARSER_TEST_ID, Protocol, Reader, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::Pipeline;
use testkit::random::Random;
use testkit::stream::{at, packet, run, stream, test, with_flip};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::tool::{DEADLINE, peak_memory, read_data, trouble};

fn html(folder: &Folder, args: &[&str], input: &[u8]) -> Finished {
    run_to_end(folder.command(tool("subunit2html"), args), input)
}

/// The page of a stream.
#[track_caller]
fn page(input: &[u8]) -> String {
    let finished = run_to_end(tool("subunit2html").command([""; 0]), input);
    finished.assert().code(0).stderr("");
    finished.text().to_owned()
}

/// What is between two strings, which the page has once.
#[track_caller]
fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = page.split_once(start).unwrap_or_else(|| panic!("the page has {start}"));
    rest.split_once(end).unwrap_or_else(|| panic!("the page has {end}")).0
}

fn style(page: &str) -> &str {
    between(page, "<style>", "</style>")
}

fn script(page: &str) -> &str {
    between(page, "<script>", "</script>")
}

#[track_caller]
fn rows(page: &str) -> Value {
    let json = between(page, "<script type=\"application/json\" id=\"data\">", "</script>");
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// The ids and the outcomes of all rows.
fn outcomes(page: &str) -> Vec<(String, String)> {
    let rows = rows(page);
    let tests = rows["tests"].as_array().expect("it is a list").iter();
    let word = |row: &Value| {
        let outcome = row[1].as_u64().and_then(|outcome| usize::try_from(outcome).ok()).expect("it is a number");
        rows["outcomes"][outcome][1].as_str().expect("it is a word").to_owned()
    };
    tests.map(|row| (row[0].as_str().expect("it is an id").to_owned(), word(row))).collect()
}

/// The articles of the failures.
fn failures(page: &str) -> &str {
    between(page, "<section id=\"failures\"", "</section>")
}

const SECONDS: u32 = 1_795_661_403;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A run of two workers: a failure with a traceback and a picture, passes, a skip with its reason,
/// a test that hangs, text, and a log of the run.
fn sample() -> Vec<u8> {
    let on = |id: &'static str, worker: &'static str, seconds| {
        Event::test(id).tags([worker]).at(at(SECONDS + seconds, 0)).route_code("web")
    };
    let traceback = "Traceback (most recent call last):\n  File \"x.py\", line 1\nValueError: 1 < 2\n";
    let bad = || Event::test("m.C.bad").route_code("web");
    [
        b"building\n".to_vec(),
        stream([
            Event::test("m.listed").status(Status::Exists),
            on("m.C.bad", "worker-0", 0).status(Status::InProgress),
            on("m.C.ok", "worker-1", 1).status(Status::InProgress),
            bad().file("traceback", traceback.as_bytes()).mime_type("text/x-traceback;charset=utf8").eof(),
            bad().file("shot.png", PNG).mime_type("image/png").eof(),
            bad().file("core", &b"\x7fELF"[..]).eof(),
            on("m.C.bad", "worker-0", 3).status(Status::Fail),
            on("m.C.ok", "worker-1", 4).status(Status::Success),
            on("m.skip", "worker-1", 5)
                .status(Status::Skip)
                .file("reason", &b"no db"[..])
                .mime_type("text/plain")
                .eof(),
            on("m.hang", "worker-0", 6).status(Status::InProgress),
            Event::global_file("run.log", &b"log & more"[..]).mime_type("text/plain").at(at(SECONDS + 60, 0)).eof(),
        ]),
        b"done\n".to_vec(),
    ]
    .concat()
}

#[test]
fn a_page_has_verdict_failures_timeline_rows_and_output() {
    let page = page(&sample());
    // Style and script are read best in their own files.
    let plain = page.replace(style(&page), "").replace(script(&page), "");
    let (before, rest) = plain.split_once("script-src 'sha256-").expect("there is a policy");
    let (_, after) = rest.split_once("base-uri").expect("there is a policy");
    let shown = format!("{before}base-uri{after}");
    assert_eq!(shown, String::from_utf8(read_data("page.html")).expect("it is UTF-8"));
}

#[test]
fn operands_are_a_stream_and_a_page() {
    let folder = Folder::new();
    folder.write("run", &sample());
    let expected = page(&sample()).into_bytes();
    for (args, input, written) in [
        (&["run", "page"][..], &b""[..], "page"),
        (&["-", "page2"], &sample(), "page2"),
        (&["page.html"], &sample(), "page.html"),
        (&["page.HTM"], &sample(), "page.HTM"),
        (&["-o", "page3", "run"], b"", "page3"),
        (&["-o", "page4"], &sample(), "page4"),
    ] {
        html(&folder, args, input).assert().code(0).stdout("").stderr("");
        assert!(folder.read(written) == expected, "{args:?}");
    }
    for (args, input) in [(&["run", "-"][..], &b""[..]), (&["-o", "-", "run"], b""), (&["-", "-"], &sample())] {
        let finished = html(&folder, args, input);
        finished.assert().code(0).stderr("");
        assert!(finished.stdout == expected, "{args:?}");
    }
    let line = "subunit2html: the page is in results.html\n";
    html(&folder, &["run"], b"").assert().code(0).stdout("").stderr(line);
    assert!(folder.read("results.html") == expected);
    let finished = html(&folder, &["run", "a", "b"], b"");
    let line = trouble("subunit2html", &finished);
    assert_eq!(line, "operand 'b' is one too many; name the page by -o to read several files");
    assert!(!folder.path("a").exists());
    html(&folder, &["-o", "both", "run", "run"], b"").assert().code(0).stderr("");
    let both = String::from_utf8(folder.read("both")).expect("it is UTF-8");
    assert_eq!(outcomes(&both).len(), 2 * outcomes(&page(&sample())).len());
}

#[test]
fn a_stream_is_never_replaced_by_a_page() {
    let folder = Folder::new();
    folder.write("run", &sample());
    let long = [b"x\n".repeat(1 << 20), sample()].concat();
    let streams = [("v2", &sample()[..]), ("v1", b"test: a\nsuccess: a\n"), ("long", &long)];
    for (name, bytes) in streams {
        folder.write(name, bytes);
        for args in [&["run", name][..], &["-o", name, "run"]] {
            let finished = html(&folder, args, b"");
            let line = trouble("subunit2html", &finished);
            assert_eq!(line, format!("{name}: a subunit stream, which the page does not replace"));
            assert!(folder.read(name) == bytes, "{name} stays as it was");
        }
    }
    // Neither an earlier page that quotes a stream nor anything else is one.
    let quoting =
        Event::test("a").status(Status::Fail).file("log", &b"\ntest: a\nsuccess: a\n"[..]).mime_type("text/plain");
    folder.write("earlier.html", page(&packet(&quoting)).as_bytes());
    folder.write("empty", b"");
    folder.write("text", b"notes\n");
    for name in ["earlier.html", "empty", "text"] {
        html(&folder, &["run", name], b"").assert().code(0).stderr("");
        assert!(folder.read(name) == page(&sample()).into_bytes(), "{name} is replaced");
    }
}

#[test]
fn without_a_stream_an_earlier_page_stays() {
    let folder = Folder::new();
    folder.write("page", b"as it was");
    for args in [&["missing", "page"][..], &["-o", "page", "missing"], &["/usr", "page"]] {
        trouble("subunit2html", &html(&folder, args, b""));
        assert_eq!(folder.read("page"), b"as it was");
    }
    folder.write("page", b"");
    let finished = html(&folder, &["page", "page"], b"");
    assert_eq!(trouble("subunit2html", &finished), "page: input file is output file");
}

#[test]
fn the_policy_allows_the_script_and_the_style_of_the_page_and_nothing_else() {
    let page = page(&sample());
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    let policy = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    let expected = format!(
        "default-src 'none'; img-src data:; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
        hash(script(&page)),
        hash(style(&page))
    );
    assert_eq!(policy, expected);
    assert_eq!((page.matches("<script").count(), page.matches("<style").count()), (2, 1), "one script and the data");
    for forbidden in [" style=", " onload=", " onclick=", "javascript:", "http://", "https://", "{{", "innerHTML"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn each_failure_has_an_address_and_the_first_ten_are_unfolded() {
    let input: Vec<u8> =
        (0..12).flat_map(|n| [test(&format!("ok{n}"), Status::Success), test("bad", Status::Fail)].concat()).collect();
    let page = page(&input);
    assert_eq!(failures(&page).matches(" open><summary>").count(), 10);
    for row in (1..24).step_by(2) {
        assert!(failures(&page).contains(&format!(" id=\"t{row}\"")), "{row}");
        assert_eq!(rows(&page)["tests"][row][0], "bad");
    }
    assert!(page.contains("<h1>12 of 24 tests failed</h1>"));
}

#[test]
fn the_verdict_is_what_other_tools_say() {
    for (input, verdict, class) in [
        (vec![], "No test was run", "empty"),
        (packet(&Event::test("a").status(Status::Exists)), "No test was run", "empty"),
        (test("a", Status::Success), "1 test and no failure", "good"),
        (test("a", Status::Skip), "1 test skipped, none run", "good"),
        (test("a", Status::ExpectedFailure), "1 test and no failure", "good"),
        (test("a", Status::UnexpectedSuccess), "1 of 1 test failed", "bad"),
        (packet(&Event::test("a").status(Status::InProgress)), "1 of 1 test failed", "bad"),
        ([test("a", Status::Fail), test("a", Status::Success)].concat(), "1 of 2 tests failed", "bad"),
    ] {
        let page = page(&input);
        assert!(page.contains(&format!("<h1>{verdict}</h1>")), "{verdict}: {}", between(&page, "<h1>", "</h1>"));
        assert!(page.contains(&format!("<header class=\"{class}\">")), "{verdict}");
        assert_eq!(failures(&page).contains("No test failed."), class != "bad");
    }
}

#[test]
fn hostile_names_and_texts_are_no_markup() {
    let hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u{202e}\u{2028}\n\u{1b}[2J";
    let event = Event::test(hostile).status(Status::Fail).tags([hostile, "worker-<b>"]).route_code(hostile);
    let event = event.file(hostile, hostile.as_bytes()).mime_type("text/<i>").eof().at(at(SECONDS, 0));
    let later = Event::global_file(hostile, hostile.as_bytes()).mime_type("text/<i>").eof().at(at(SECONDS + 9, 0));
    let page = page(&stream([event, later]));
    for markup in ["<img src=x", "alert(1)</script>", "<b>", "<i>", "\u{202e}"] {
        let shown = page.replace("<b>1</b> failed", "").replace("<b>1</b> damage", "");
        let text_only = between(&shown, "<body>", "<script type=\"application/json\"");
        // A text keeps its characters; names do not.
        let count = text_only.matches(markup).count();
        assert_eq!(count, if markup == "\u{202e}" { 2 } else { 0 }, "{markup:?}");
    }
    assert!(page.contains(r"&lt;/script&gt;&lt;script&gt;alert(1)"));
    assert!(page.contains(r"\u202e\u2028\n\x1b[2J</h3>"));
    assert_eq!(outcomes(&page), [(hostile.to_owned(), "failed".to_owned())], "rows have the id as it is");
}

#[test]
fn a_long_text_is_cut_in_the_middle() {
    let text = (0..20_000).map(|line| format!("line {line}\n")).collect::<Vec<_>>().concat();
    let event = |text: &str| {
        Event::test("a").status(Status::Fail).file("log", text.as_bytes().to_vec()).mime_type("text/plain")
    };
    let page = page(&packet(&event(&text)));
    let shown = between(failures(&page), "<pre>\n", "</details>");
    assert!(shown.starts_with("line 0\nline 1\n") && shown.contains("line 19999\n</pre>"));
    let left_out = text.len() - (64 << 10);
    let left_out = subunit_formats::number::counted(left_out as u64, "byte");
    assert!(shown.contains(&format!("<p class=\"cut\">{left_out} left out here</p>")), "{left_out}");
    assert!(shown.len() < 66 << 10, "{} bytes are shown", shown.len());
    let whole = "x".repeat(64 << 10);
    assert!(self::page(&packet(&event(&whole))).contains(&whole), "64 KiB are whole");
}

#[test]
fn pictures_are_shown_and_others_are_named() {
    let page = page(&sample());
    let picture = format!(
        "<img loading=\"lazy\" alt=\"shot.png\" src=\"data:image/png;base64,{}\">",
        BASE64_STANDARD.encode(PNG)
    );
    assert!(failures(&page).contains(&picture));
    assert!(failures(&page).contains("<h4>core <small>4 bytes</small></h4>"));
    let shot = |mime_type: &'static str, bytes: Vec<u8>| {
        self::page(&packet(&Event::test("a").status(Status::Fail).file("shot", bytes).mime_type(mime_type).eof()))
    };
    let large: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    assert!(
        shot("IMAGE/JPEG; x=y", large.clone())
            .contains(&format!("image/jpeg;base64,{}\"", BASE64_STANDARD.encode(&large)))
    );
    for (mime_type, size) in [("image/svg+xml", 9), ("image/png", (4 << 20) + 1), ("text/html", 9)] {
        assert!(!shot(mime_type, vec![b'x'; size]).contains("<img"), "{mime_type}");
    }
}

#[test]
fn damage_stands_among_the_failures_with_offset_reason_and_bytes() {
    let corrupt = with_flip(packet(&Event::test("c").status(Status::Success).file("f", vec![b'x'; 300])), 100, 1);
    let page = page(&[test("a", Status::Success), corrupt].concat());
    assert_eq!(outcomes(&page)[1], (PARSER_TEST_ID.to_owned(), "damage".to_owned()));
    let article = failures(&page);
    assert!(article.contains("<span class=\"message\">offset 20: checksum is wrong</span>"), "{article}");
    assert!(article.contains("<pre class=\"dump\">00000000  b3 "), "{article}");
    assert_eq!(article.matches("\n000000").count() + 1, 256 / 16, "the first 256 bytes");
    assert!(page.contains("<h1>1 of 2 tests failed</h1>"));
}

#[test]
fn output_of_the_run_is_shown_and_can_be_left_out() {
    let page = page(&sample());
    let output = between(&page, "<section id=\"output\"", "</section>");
    assert!(output.contains("stdout <small>14 bytes</small></summary><pre>\nbuilding\ndone\n</pre>"), "{output}");
    assert!(
        output.contains("run.log <small>text/plain, 10 bytes</small></summary><pre>\nlog &amp; more</pre>"),
        "{output}"
    );
    let finished = run_to_end(tool("subunit2html").command(["--no-passthrough"]), &sample());
    assert!(between(finished.text(), "<section id=\"output\"", "</section>").contains("no output outside of tests"));
    let files: Vec<u8> = (0..40).flat_map(|n| packet(&Event::global_file(format!("f{n}"), &b"x"[..]).eof())).collect();
    let page = self::page(&files);
    assert!(
        page.contains("f31 <small>1 byte</small>")
            && !page.contains("f32 ")
            && page.contains("8 files more are not shown")
    );
}

#[test]
fn the_timeline_has_a_lane_for_each_worker_and_shows_who_ended_early() {
    let page = page(&sample());
    let timeline = between(&page, "<section id=\"timeline\"", "</section>");
    assert!(timeline.contains("1:00 min on 2 workers. 1 worker did not end."), "{timeline}");
    let workers: Vec<&str> =
        timeline.split("class=\"worker\"").skip(1).map(|lane| between(lane, "\">", "<title>")).collect();
    assert_eq!(workers, ["web/worker-0", "web/worker-1"]);
    assert!(timeline.contains(">2 tests, 2 failed, did not end</text>"), "{timeline}");
    assert!(timeline.contains("<title>m.hang: unfinished, still running after 54.0 s</title>"), "{timeline}");
    assert!(timeline.contains("<title>m.C.ok: passed, 3.000 s</title>"), "{timeline}");
    let open = "<rect class=\"unfinished open\" x=\"10.000%\" y=\"44\" width=\"90.000%\" height=\"14\">";
    assert!(timeline.contains(open), "{timeline}");
    let failed = "<a href=\"#t1\"><rect class=\"failed\" x=\"0.000%\"";
    assert!(timeline.contains(failed), "{timeline}");
    let untimed = self::page(&test("a", Status::Success));
    assert!(between(&untimed, "<section id=\"timeline\"", "</section>").contains("No test has a time."));
}

#[test]
fn a_long_lane_has_no_more_bars_than_a_screen_shows_and_loses_no_test() {
    let events = (0..30_000_u32).flat_map(|n| {
        let event = |status, seconds| Event::test(format!("t{n}")).status(status).at(at(seconds, 0));
        let status = if n == 17 { Status::Fail } else { Status::Success };
        [event(Status::InProgress, 2 * n), event(status, 2 * n + 1)]
    });
    let page = page(&stream(events));
    let timeline = between(&page, "<section id=\"timeline\"", "</section>");
    let bars = timeline.matches("height=\"14\"><title>").count();
    assert!((1000..=2000).contains(&bars), "{bars} bars");
    assert!(timeline.contains(">30,000 tests, 1 failed</text>"), "the lane counts all of them");
    assert!(timeline.contains(", 1 failed: t17</title>"), "a bar with a failure says so");
}

#[test]
fn rows_are_the_tests_of_the_stream_whatever_their_ids_hold() {
    const PIECES: [&str; 12] =
        ["</script>", "<!--", "a", "\\", "\"", "&lt;", "\u{2028}", "\n", "é", "\u{1f469}", "\u{7f}", "]]>"];
    let mut random = Random::new(7);
    let mut input = Vec::new();
    for _ in 0..500 {
        let mut piece = || PIECES[random.below(PIECES.len())];
        let id = [piece(), piece(), piece()].concat();
        let status = Status::ALL[random.below(Status::ALL.len())];
        let event = Event::test(id).tags([PIECES[random.below(PIECES.len())]]).status(status);
        input.extend(packet(&if random.below(3) == 0 { event.route_code("r<") } else { event }));
        if random.below(40) == 0 {
            input.extend(b"text");
        }
    }
    let (mut reader, mut assembler, mut tests) =
        (Reader::new(&input[..], Protocol::Auto), Assembler::new(), Vec::new());
    while let Some(item) = reader.next().expect("memory can be read") {
        if let Item::Packet(packet) = item {
            tests.extend(assembler.push(&packet).cloned());
        }
    }
    tests.extend(assembler.finish());
    let expected: Vec<(String, String)> =
        tests.iter().map(|test| (test.id.clone(), word(test.status).to_owned())).collect();
    let page = page(&input);
    assert_eq!(outcomes(&page), expected);
    let count = expected.iter().filter(|(_, word)| WORDS[1..4].contains(&&**word)).count();
    assert_eq!(failures(&page).matches("<details class=\"test ").count(), count, "each failure has its article");
}

const WORDS: [&str; 7] =
    ["not run", "unfinished", "failed", "unexpected success", "passed", "skipped", "expected failure"];

fn word(status: Status) -> &'static str {
    match status {
        Status::Exists => WORDS[0],
        Status::InProgress => WORDS[1],
        Status::Fail => WORDS[2],
        Status::UnexpectedSuccess => WORDS[3],
        Status::Success => WORDS[4],
        Status::Skip => WORDS[5],
        Status::ExpectedFailure => WORDS[6],
    }
}

#[test]
fn columns_hold_what_is_known_of_a_test() {
    let rows = rows(&page(&sample()));
    let row = |index: usize| rows["tests"][index].to_string();
    assert_eq!(row(0), r#"["m.listed",7,null,null,0,[],"",[]]"#);
    assert_eq!(row(1), r#"["m.C.bad",1,1795661403000000,3000000,1,[0],"ValueError: 1 < 2",[]]"#);
    assert_eq!(row(3), r#"["m.skip",4,1795661408000000,0,2,[1],"no db",[["reason","text/plain",5]]]"#);
    assert_eq!(row(4), r#"["m.hang",3,1795661409000000,null,1,[0],"",[]]"#);
    assert_eq!(rows["workers"].to_string(), r#"["-","web/worker-0","web/worker-1"]"#);
    assert_eq!(rows["tags"].to_string(), r#"["worker-0","worker-1"]"#);
}

#[test]
fn version_1_is_read_once() {
    let page = page(b"test: a\nfailure: a [\nboom\n]\n");
    assert_eq!(outcomes(&page), [("a".to_owned(), "failed".to_owned())]);
    assert!(failures(&page).contains("<pre>\nboom\n</pre>"));
}

#[test]
fn a_recorded_run_has_the_counts_that_subunit_stats_has() {
    let page = page(&read_data("testr-run.subunit"));
    assert!(page.contains("<h1>4 of 1,355 tests failed</h1>"));
    assert_eq!(outcomes(&page).len(), 1355);
    assert!(page.contains("0.315 s on 4 workers. The first one ended 0.034 s before the last one."));
    assert!(page.contains(">339 tests, 2 failed, ended 0.034 s early</text>"));
}

/// The most memory that the tool used for a stream, and its page.
fn memory_for(input: &[u8]) -> (usize, String) {
    let folder = Folder::new();
    let (reader, mut writer) = io::pipe().expect("there is a pipe");
    let command = folder.command(tool("subunit2html"), &["page.html"]);
    let live = Pipeline::new([command]).input(reader).deadline(3 * DEADLINE).start();
    // All but what the pipe holds has been read when this returns.
    writer.write_all(input).expect("the tool reads");
    let most = peak_memory(live.process_ids()[0]);
    drop(writer);
    assert_eq!(live.finish().code(), 0);
    (most, fs::read_to_string(folder.path("page.html")).expect("there is a page"))
}

#[test]
fn long_runs_take_no_memory() {
    let input = stream(run(70_000, 3));
    assert!(input.len() > 16 << 20);
    let (most, page) = memory_for(&input);
    assert!(most < 16 << 20, "{most} bytes were used");
    assert_eq!(outcomes(&page).len(), 70_000);
}

#[test]
fn long_attachments_take_no_memory() {
    let log = b"a line of a long log\n".repeat(3 << 14);
    let part = packet(&Event::test("a").file("log", log).mime_type("text/plain"));
    let (most, page) = memory_for(&[part.repeat(20), test("a", Status::Fail)].concat());
    assert!(most < 16 << 20, "{most} bytes were used");
    assert!(page.contains("20,578,304 bytes left out here"), "it is shown");
}
