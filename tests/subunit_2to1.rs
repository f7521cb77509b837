//! subunit-2to1.

use subunit_codec::{Assembler, Event, Item, Protocol, Reader, Status, Test};
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::Pipeline;
use testkit::random::Random;
use testkit::stream::{at, packet, stream, test, with_flip};

use crate::every_tool::tool;
use crate::printed;
use crate::tool::{DEADLINE, assert_silent, peak_memory};

fn translate(input: &[u8]) -> Finished {
    run_to_end(tool("subunit-2to1").command([""; 0]), input)
}

/// The lines of a translation, without its carriage returns, once it is sure that nothing was left
/// out.
fn version_1(input: &[u8]) -> String {
    let finished = translate(input);
    assert_silent("subunit-2to1", &finished);
    assert_eq!(finished.code(), 0);
    finished.text().replace('\r', "")
}

fn back(version_1: &[u8]) -> Vec<u8> {
    run_to_end(tool("subunit-1to2").command([""; 0]), version_1).stdout
}

fn begin(id: &str) -> Event<'_> {
    Event::test(id).status(Status::InProgress)
}

#[test]
fn a_test_is_written_when_it_ends() {
    let bad = || Event::test("m.C.bad").tags(["worker-1", "slow"]);
    let input = stream([
        bad().status(Status::InProgress).at(at(1000, 0)),
        Event::test("m.C.ok").status(Status::Success),
        bad().file("traceback", &b"Traceback:\n"[..]).mime_type("text/plain;charset=utf8"),
        bad().file("empty", &b""[..]).eof(),
        bad().file("traceback", &b"  boom\n"[..]).eof(),
        bad().status(Status::Fail).at(at(1003, 0)),
    ]);
    let expected = "\
test: m.C.ok
successful: m.C.ok [ multipart
]
time: 1970-01-01 00:16:40.000000Z
tags: worker-1 slow
test: m.C.bad
time: 1970-01-01 00:16:43.000000Z
failure: m.C.bad [ multipart
Content-Type: text/plain;charset=utf8
traceback
12
Traceback:
  boom
0
Content-Type: application/octet-stream
empty
0
]
tags: -worker-1 -slow
";
    assert_eq!(version_1(&input), expected);
    assert!(translate(&input).text().contains("\n12\r\nTraceback"), "lengths of chunks end in a carriage return");
    for (status, word) in [
        (Status::Skip, "skip"),
        (Status::ExpectedFailure, "xfail"),
        (Status::UnexpectedSuccess, "uxsuccess"),
        (Status::Fail, "failure"),
    ] {
        assert_eq!(
            version_1(&packet(&Event::test("a").status(status))),
            format!("test: a\n{word}: a [ multipart\n]\n")
        );
    }
}

#[test]
fn an_unfinished_test_is_an_error_with_a_reason() {
    let expected = "test: a\nerror: a [ multipart\nContent-Type: text/plain;charset=utf8\nreason\n17\n\
        the test did not finish0\n]\n";
    assert_eq!(version_1(&packet(&begin("a"))), expected);
    assert_eq!(version_1(&packet(&Event::test("a").file("log", &b"late"[..]).eof())), "", "no status, no test");
}

#[test]
fn the_reason_of_an_unfinished_test_does_not_replace_an_attachment_of_that_name() {
    let text = version_1(&stream([begin("a"), Event::test("a").file("reason", &b"its own"[..]).eof()]));
    assert!(text.contains("\nreason\n7\r\nits own") || text.contains("\nreason\n7\nits own"), "{text}");
    assert!(text.contains("\nreason-1\n17\n"), "{text}");
}

#[test]
fn damage_is_a_failed_test() {
    let log = packet(&Event::test("a").status(Status::Success).file("log", vec![b'x'; 200]).eof());
    let finished = translate(&with_flip(log, 100, 1));
    let text = String::from_utf8_lossy(&finished.stdout);
    assert!(text.starts_with("test: subunit.parser\nfailure: subunit.parser [ multipart\n"), "{text}");
    assert!(text.contains("\nParser Error\n"), "{text}");
}

#[test]
fn what_version_1_cannot_hold_is_counted() {
    let input = stream([
        Event::test("there").status(Status::Exists),
        Event { runnable: false, ..Event::test("a").status(Status::Skip).route_code("0").at(at(1, 1999)) },
        Event::test("a").route_code("1").tags(["", "x"]).file("log", &b"1"[..]).mime_type("text").eof(),
        Event::test("a").status(Status::Success).route_code("1"),
    ]);
    let finished = translate(&input);
    let line = "subunit-2to1: 1 exists, 2 route codes, 1 tag, 1 MIME type, 1 mark as not runnable left out; 2 times \
        rounded down\n";
    assert_eq!((&*finished.stderr[0], finished.code()), (line, 0));
    assert!(finished.text().starts_with("time: 1970-01-01 00:00:01.000001Z\n"));
    let two = stream([Event::test("a"), Event::test("b")].map(|event| event.status(Status::Success).route_code("0")));
    assert_eq!(translate(&two).stderr[0], "subunit-2to1: 2 route codes left out\n");
}

#[test]
fn names_and_text_inject_no_directives() {
    let wrapped = packet(&Event::global_file("stdout", &b"test: no\nha"[..]));
    let input = [
        &b"success: evil\nrun error: evil [\n]\nhalf"[..],
        &test("a\nsuccess: evil", Status::Fail),
        &wrapped,
        &packet(&Event::test("b").status(Status::Skip).tags(["x y", "-z"]).file("test: n\nm", &b"]\n"[..]).eof()),
    ]
    .concat();
    let finished = translate(&input);
    assert_silent("subunit-2to1", &finished);
    let expected = " success: evil\nrun error: evil [ \n]\nhalf\ntest: a\\nsuccess: evil\n\
        failure: a\\nsuccess: evil [ multipart\n]\n test: no\nha\ntags: x\\x20y \\x2dz\ntest: b\n\
        skip: b [ multipart\nContent-Type: application/octet-stream\n test: n\\nm\n2\n]\n0\n]\ntags: -x\\x20y -\\x2dz\n";
    assert_eq!(finished.text().replace('\r', ""), expected);
    let lines = printed::lines(&back(&finished.stdout));
    let statuses: Vec<&str> = lines.iter().filter_map(|line| line.split(" #").next()).collect();
    assert!(statuses.contains(&"a\\nsuccess: evil fail") && statuses.contains(&"b skip"), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("evil") || line.starts_with("no ")), "{lines:?}");
    let quiet = run_to_end(tool("subunit-2to1").command(["--no-passthrough"]), &input);
    assert!(quiet.text().starts_with("test: a"), "text can be left out");
}

/// The tests in a stream with their attachments, and the text in it.
fn meaning(stream: &[u8]) -> (Vec<Test>, String) {
    let (mut tests, mut found, mut text) = (Assembler::keeping_files(), Vec::new(), Vec::new());
    let mut reader = Reader::new(stream, Protocol::V2);
    while let Some(item) = reader.next().expect("a slice can be read") {
        match item {
            Item::Packet(packet) if !packet.has_test_id() => text.extend(packet.file_bytes().unwrap_or_default()),
            Item::Packet(packet) => found.extend(tests.push(&packet).cloned()),
            Item::Text(bytes) => text.extend(bytes),
            Item::Damage(damage) => panic!("{}", damage.summary()),
        }
    }
    found.extend(tests.finish());
    (found, String::from_utf8(text).expect("it is UTF-8"))
}

/// A stream that says only what version 1 can say: tests one after the other, and whole lines.
fn stream_for_version_1(random: &mut Random) -> Vec<u8> {
    const IDS: [&str; 8] = [
        "m.C.ok",
        "success: a",
        "a [x]",
        " two  blanks ",
        "日本: ó",
        "test: m.C.ok",
        "] [",
        "time: 2026-11-21 09:30:00Z",
    ];
    const TAGS: [&str; 5] = ["worker-1", "größe", "a:b", "x", "test:"];
    const TEXTS: [&str; 6] = ["boom\n", "]\n", "test: x\nfailure: x [\nno\n]\n", "", "no end", "0\r\n5\r\n"];
    const LINES: [&str; 6] = ["building", "test: evil", "xfailure: a [", "error: evil [ multipart", "tags: -x", "]"];
    const FINAL: [Status; 5] =
        [Status::Success, Status::Fail, Status::Skip, Status::ExpectedFailure, Status::UnexpectedSuccess];
    let mut clock = 1_700_000_000;
    let mut has_times = false;
    let mut input = Vec::new();
    for number in 0..random.below(8) {
        for _ in 0..random.below(3) {
            input.extend(format!("{}\n", LINES[random.below(LINES.len())]).bytes());
        }
        // A time holds for all that follow.
        has_times |= random.below(3) == 0;
        let id = format!("{}{number}", IDS[random.below(IDS.len())]);
        let mut stamped = |event: Event<'static>, random: &mut Random| {
            clock += u32::try_from(random.below(3)).expect("it is small");
            let micros = u32::try_from(random.below(1_000_000)).expect("it is small");
            if has_times { event.at(at(clock, micros * 1000)) } else { event }
        };
        let first = random.below(TAGS.len());
        let tags: Vec<&str> = TAGS[first..(first + random.below(3)).min(TAGS.len())].to_vec();
        let event =
            || if tags.is_empty() { Event::test(id.clone()) } else { Event::test(id.clone()).tags(tags.clone()) };
        input.extend(packet(&stamped(event().status(Status::InProgress), random)));
        for name in ["log", "test: x", "traceback"].into_iter().take(random.below(4)) {
            let name = if random.below(2) == 0 { name } else { "reason" };
            let text = TEXTS[random.below(TEXTS.len())].repeat(1 + random.below(3));
            input.extend(packet(
                &event().file(name.replace("test:", "text:"), text.into_bytes()).mime_type("a/b").eof(),
            ));
        }
        input.extend(packet(&stamped(event().status(FINAL[random.below(FINAL.len())]), random)));
    }
    input
}

#[test]
fn there_and_back_is_the_identity_on_what_version_1_can_say() {
    for seed in 0..60 {
        let input = stream_for_version_1(&mut Random::new(seed));
        // Some of the text looks like version 1.
        let translated = run_to_end(tool("subunit-2to1").command(["--protocol=2"]), &input);
        assert_silent("subunit-2to1", &translated);
        let (tests, text) = meaning(&back(&translated.stdout));
        let (expected, printed) = meaning(&input);
        assert_eq!(tests, expected, "seed {seed}: {}", translated.text());
        assert_eq!(text.replace(' ', ""), printed.replace(' ', ""), "seed {seed}: text stays text");
    }
}

#[test]
fn many_tags_come_back_whole() {
    let tags: Vec<String> = (0..1000).map(|number| format!("tag-{number:04}")).collect();
    let input = stream([begin("a"), Event::test("a").status(Status::Fail)].map(|event| event.tags(tags.clone())));
    let translated = translate(&input);
    assert_silent("subunit-2to1", &translated);
    assert_eq!(meaning(&back(&translated.stdout)).0, meaning(&input).0);
}

#[test]
fn long_attachments_are_not_kept_in_memory() {
    const MOST: usize = 16 << 20;
    let piece = packet(&Event::test("a").file("log", vec![b'x'; 1 << 20]).mime_type("text/plain"));
    let mut live = Pipeline::new([tool("subunit-2to1").command([""; 0])]).deadline(DEADLINE).start();
    for _ in 0..40 {
        live.write(&piece);
    }
    live.write(&test("marker", Status::Success));
    live.read_until(|output| output.ends_with(b"]\n"));
    live.write(&packet(&Event::test("a").status(Status::Fail)));
    live.read_until(|output| output.ends_with(b"0\r\n]\n"));
    let most = peak_memory(live.process_ids()[0]);
    assert!(most < MOST, "{most} bytes were used for an attachment of 40 MiB");
    assert_eq!(live.finish().code(), 0);
}
