//! Version 1 as packets, text and damage.

use subunit_codec::v1::{Detail, LineErrorKind, Outcome, Writer};
use subunit_codec::{Assembler, Decoder, Event, Fault, Item, Packet, Protocol, Reader, Status, Test};
use testkit::stream::{at, good_tests, packet, with_checksum};

use testkit::items::{Owned, cover, damage, events, in_pieces, packets, read, text, translate};

/// The tests of a stream, the ones that never finished last.
fn tests(items: &[Owned]) -> Vec<Test> {
    let mut assembler = Assembler::keeping_files();
    let mut tests = Vec::new();
    for bytes in packets(items) {
        tests.extend(assembler.push(&Packet::parse(bytes).expect("packets parse")).cloned());
    }
    tests.extend(assembler.finish());
    tests
}

/// Ids and statuses of a stream's tests.
fn outcomes(stream: &[u8]) -> Vec<(String, Status)> {
    tests(&translate(stream)).into_iter().map(|test| (test.id, test.status)).collect()
}

/// Name, MIME type and content of a test's attachments, all as text.
fn attachments(test: &Test) -> Vec<(&str, Option<&str>, String)> {
    let content = |bytes: &Option<Vec<u8>>| String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()).into_owned();
    test.attachments
        .iter()
        .map(|attachment| (&*attachment.name, attachment.mime_type.as_deref(), content(&attachment.bytes)))
        .collect()
}

fn pair(id: &str, status: Status) -> (String, Status) {
    (id.to_owned(), status)
}

const TRACEBACK: &str = "text/x-traceback; charset=\"utf8\"; language=\"python\"";

#[test]
fn every_outcome_has_its_status() {
    for (word, status) in [
        ("success", Status::Success),
        ("successful", Status::Success),
        ("failure", Status::Fail),
        ("error", Status::Fail),
        ("skip", Status::Skip),
        ("xfail", Status::ExpectedFailure),
        ("uxsuccess", Status::UnexpectedSuccess),
    ] {
        for stream in [format!("test: a b\n{word}: a b\n"), format!("testing a b\n{word} a b\n")] {
            let items = translate(stream.as_bytes());
            let events = events(&items);
            assert_eq!(events[0], Event::test("a b").status(Status::InProgress), "{stream:?}");
            assert_eq!(events[1..], [Event::test("a b").status(status)], "{stream:?}");
        }
    }
}

#[test]
fn lines_may_end_as_on_windows_or_not_at_all() {
    let expected = [pair("a", Status::Fail), pair("b", Status::Success)];
    for stream in [
        &b"test: a\r\nfailure: a [\r\nlog\r\n]\r\ntest: b\r\nsuccess: b\r\n"[..],
        b"test: a\nfailure: a [\nlog\n]\ntest: b\nsuccess: b",
        b"test: a\nfailure: a [ multipart\r\nContent-Type: text/plain\r\nlog\r\n2\r\nxy0\r\n]\r\ntest: b\nsuccess: b\r",
    ] {
        assert_eq!(outcomes(stream), expected, "{}", stream.escape_ascii());
    }
    assert_eq!(
        outcomes(b"test: a\nfailure: a [\nlog\n]"),
        [pair("a", Status::Fail)],
        "the last bracket needs no newline"
    );
}

#[test]
fn bracketed_details_become_an_attachment_named_for_the_outcome() {
    for (word, name, mime_type) in [
        ("failure", "traceback", TRACEBACK),
        ("error", "traceback", TRACEBACK),
        ("xfail", "traceback", TRACEBACK),
        ("uxsuccess", "traceback", TRACEBACK),
        ("skip", "reason", "text/plain"),
        ("success", "message", "text/plain"),
    ] {
        let tests = tests(&translate(format!("test: a\n{word}: a [\nline one\nline two\n]\n").as_bytes()));
        assert_eq!(attachments(&tests[0]), [(name, Some(mime_type), "line one\nline two\n".to_owned())], "{word}");
    }
}

#[test]
fn a_bracket_behind_a_space_is_content() {
    let tests = tests(&translate(b"test: a\nfailure: a [\n ]\n ]]\n  ]\n]x\n ] \n] \n]\n"));
    assert_eq!(attachments(&tests[0])[0].2, "]\n]]\n  ]\n]x\n] \n] \n", "one space before a bracket is taken off");
}

#[test]
fn multipart_details_become_attachments() {
    let stream = b"test: a\nfailure: a [ multipart\n\
        Content-Type: text/plain;charset=utf8\nlog\n5\r\nhelloB\r\n, wide worl2\r\nd\n0\r\n\
        content-type:  application/octet-stream \nempty\n0\r\n\
        ]\n";
    let tests = tests(&translate(stream));
    assert_eq!(
        attachments(&tests[0]),
        [
            ("log", Some("text/plain;charset=utf8"), "hello, wide world\n".to_owned()),
            ("empty", Some("application/octet-stream"), String::new())
        ]
    );
}

#[test]
fn chunk_lengths_are_hexadecimal() {
    let tests =
        tests(&translate(b"test: a\nerror: a [ multipart\nContent-Type: a/b\nf\n10\r\n0123456789abcdef0\r\n]\n"));
    assert_eq!(attachments(&tests[0])[0].2, "0123456789abcdef");
}

#[test]
fn a_chunk_holds_any_bytes() {
    let inner =
        [&b"]\n\xb3\x29\x01 test: b\nsuccess: b\n"[..], &good_tests(3), b"\xb3", &with_checksum(good_tests(1), 0)];
    let body = inner.concat();
    let stream = [
        b"test: a\nfailure: a [ multipart\nContent-Type: application/octet-stream\nstream\n",
        format!("{:x}\r\n", body.len()).as_bytes(),
        &body,
        b"0\r\n]\n",
    ]
    .concat();
    let items = translate(&stream);
    let tests = tests(&items);
    assert_eq!(tests.len(), 1, "no test comes out of an attachment");
    assert_eq!(tests[0].attachments[0].bytes.as_deref(), Some(&body[..]));
    assert_eq!(text(&items), b"");
    assert_eq!(damage(&items).len(), 0);
}

#[test]
fn bracketed_details_hold_any_bytes() {
    let body = [&b"\xb3\x29\x01\n"[..], &good_tests(1), b"\n"].concat();
    let items = translate(&[b"test: a\nfailure: a [\n", &body[..], b"]\n"].concat());
    assert_eq!(tests(&items)[0].attachments[0].bytes.as_deref(), Some(&body[..]));
    assert_eq!(packets(&items).len(), 3, "the beginning, the attachment, the outcome");
}

#[test]
fn packets_between_lines_pass_unchanged() {
    let inside = packet(&Event::test("v2").status(Status::Skip).route_code("0"));
    for gap in [&b""[..], b"text\n", b"no newline"] {
        let stream =
            [b"test: a\n", gap, &inside, b"success: a\n", gap, &inside, &inside, b"test: b\nskip: b\n"].concat();
        let items = translate(&stream);
        assert_eq!(packets(&items).iter().filter(|packet| **packet == inside).count(), 3);
        let mut found: Vec<_> = outcomes(&stream);
        found.retain(|(id, _)| id != "v2");
        assert_eq!(found, [pair("a", Status::Success), pair("b", Status::Skip)]);
        assert_eq!(text(&items), gap.repeat(2));
    }
}

#[test]
fn a_damaged_packet_between_lines_is_damage() {
    let broken = with_checksum(packet(&Event::test("v2").status(Status::Fail)), 0);
    let items = translate(&[b"test: a\n", &broken[..], &good_tests(1), b"success: a\n"].concat());
    assert_eq!(damage(&items)[0].bytes(), broken);
    assert_eq!(damage(&items)[0].fault().map(|_| ()), Some(()), "it is told as damage of version 2");
    assert!(outcomes(b"test: a\nsuccess: a\n") == [pair("a", Status::Success)]);
}

#[test]
fn an_outcome_glued_to_output_counts() {
    let stream = b"test: foo\nstarting serversuccess: foo\ntest: bar\nsuccess: bar\n";
    assert_eq!(outcomes(stream), [pair("foo", Status::Success), pair("bar", Status::Success)]);
    assert_eq!(text(&translate(stream)), b"starting server");
    let detailed = b"test: foo\n.failure: foo [\nlog\n]\n";
    assert_eq!(attachments(&tests(&translate(detailed))[0])[0].2, "log\n");
}

#[test]
fn an_outcome_glued_to_what_only_begins_as_a_directive_counts() {
    for head in ["error: ", "progress: 50%", "skip: nothing, ", "success: a", "time: 0.5s "] {
        let stream = format!("test: a\n{head}xfail: a\ntest: b\nsuccess: b\n");
        let expected = [pair("a", Status::ExpectedFailure), pair("b", Status::Success)];
        assert_eq!(outcomes(stream.as_bytes()), expected, "{head}");
        assert_eq!(text(&translate(stream.as_bytes())), head.as_bytes());
    }
}

#[test]
fn a_test_that_the_input_ends_in_fails() {
    for (stream, attachment) in [
        (&b"test: a\n"[..], None),
        (b"test: a\nsome output\n", None),
        (b"test: a\nfailure: a [\nline\n", Some("line\n")),
        (b"test: a\nfailure: a [\nline", Some("line")),
        (b"test: a\nsuccess: a [ multipart\n", None),
        (b"test: a\nsuccess: a [ multipart\nContent-Type: text/plain\nlog\n", Some("")),
        (b"test: a\nsuccess: a [ multipart\nContent-Type: text/plain\nlog\nA\r\nhalf", Some("half")),
        (b"test: a\nsuccess: a [ multipart\nContent-Type: text/plain\nlog\n4\r\nhalf", Some("half")),
    ] {
        let tests = tests(&translate(stream));
        let mut attachments: Vec<_> = attachments(&tests[0]).into_iter().map(|attachment| attachment.2).collect();
        assert_eq!(tests[0].status, Status::Fail, "{}", stream.escape_ascii());
        let reason = attachments.pop().expect("a reason is given");
        assert!(reason.starts_with("the input ended in the "), "{reason}");
        assert_eq!(attachments, attachment.as_slice(), "what came of details is kept: {}", stream.escape_ascii());
    }
}

#[test]
fn a_test_that_the_input_ends_in_is_left_open_where_that_is_asked_for() {
    for stream in [&b"test: a"[..], b"test: a\n", b"test: a\nfailure: a [\nline"] {
        for protocol in [Protocol::Auto, Protocol::V1] {
            let mut reader = Reader::new(stream, protocol).leaving_open();
            let mut statuses = Vec::new();
            while let Some(item) = reader.next().unwrap() {
                if let Item::Packet(packet) = item {
                    statuses.extend(packet.status());
                }
            }
            assert_eq!(statuses, [Status::InProgress], "{}", stream.escape_ascii());
        }
    }
}

#[test]
fn lines_that_are_no_directives_are_text() {
    let stream = b"building\nsuccess: nobody\ntest: a\n  test: b\nsuccess: b\ntest:\nskip: aa\n]\nsuccess: a\n";
    let items = translate(stream);
    assert_eq!(text(&items), b"building\nsuccess: nobody\n  test: b\nsuccess: b\ntest:\nskip: aa\n]\n");
    assert_eq!(outcomes(stream), [pair("a", Status::Success)]);
}

#[test]
fn progress_has_no_meaning_left() {
    assert_eq!(translate(b"progress: 5\nprogress: +1\nprogress: push\nprogress: pop\n"), []);
    assert_eq!(text(&translate(b"progress: 50%\n")), b"progress: 50%\n", "what is no progress is text");
}

#[test]
fn the_clock_goes_on_every_event_after_it() {
    let items = translate(b"test: a\ntime: 2014-06-08 09:09:11.5Z\nsuccess: a\ntest: b\n");
    let times: Vec<_> = events(&items).iter().map(|event| event.timestamp).collect();
    let time = Some(at(1_402_218_551, 500_000_000));
    assert_eq!(times, [None, time, time, time, time], "none is invented before the first");
}

#[test]
fn tags_hold_for_a_test_or_for_all_that_follow() {
    let stream = b"tags: global -absent\ntest: a\ntags: local -global\nsuccess: a\ntest: b\nsuccess: b\ntags: -global\ntest: c\nsuccess: c\n";
    let tags: Vec<_> = tests(&translate(stream)).into_iter().map(|test| test.tags).collect();
    assert_eq!(tags, [vec!["local"], vec!["global"], vec![]]);
    let both = tests(&translate(b"tags: -a a b\ntest: a\nsuccess: a\n"));
    assert_eq!(both[0].tags, ["b"], "within a line, tags are added before others are removed");
}

#[test]
fn a_broken_line_costs_itself_alone() {
    let items = translate(b"time: 2014-06-31 09:09:11Z\ntest: a\ntime: 1969-12-31 00:00:00Z\nsuccess: a\n");
    let faults: Vec<_> = damage(&items)
        .into_iter()
        .map(|item| match item {
            Owned::Damage { fault: Fault::Line(error), .. } => error.kind(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(faults, [LineErrorKind::Time; 2]);
    assert_eq!(damage(&items)[0].bytes(), b"time: 2014-06-31 09:09:11Z\n");
    assert_eq!(tests(&items)[0].status, Status::Success);
}

#[test]
fn too_many_tags_are_damage() {
    let lines: Vec<_> = (0..10).map(|n| format!("tags: {n}{}\n", "x".repeat(20_000))).collect();
    let items = translate(format!("{}test: a\nsuccess: a\n", lines.concat()).as_bytes());
    assert!(!damage(&items).is_empty(), "the tags that are too many are told");
    assert_eq!(tests(&items)[0].status, Status::Success, "the tests go on");
    let tag = "x".repeat(20_000);
    let items = translate(format!("tags: {tag}\ntags: -{tag}\n").repeat(10).as_bytes());
    assert!(damage(&items).is_empty(), "those that are taken back do not count");
}

#[test]
fn a_broken_part_costs_that_part() {
    let good = "Content-Type: text/plain\ngood\n3\r\nyes0\r\n";
    for (part, kind) in [
        ("Content-Type: text\nbad\n2\r\nno0\r\n", LineErrorKind::ContentType),
        ("Content-Type: a/b/c\nbad\n2\r\nno0\r\n", LineErrorKind::ContentType),
        ("what is this\nand this\n", LineErrorKind::ContentType),
        ("Content-Type: a/b\nbad\nzz\r\nno\n", LineErrorKind::ChunkLength),
        ("Content-Type: a/b\nbad\n-1\r\nno\n", LineErrorKind::ChunkLength),
        ("Content-Type: a/b\nbad\n\r\nno\n", LineErrorKind::ChunkLength),
    ] {
        let stream = format!("test: a\nfailure: a [ multipart\n{good}{part}{good}]\ntest: b\nsuccess: b\n");
        let items = translate(stream.as_bytes());
        let tests = tests(&items);
        assert_eq!(tests.len(), 2, "{part:?}");
        assert_eq!((tests[0].status, tests[1].status), (Status::Fail, Status::Success), "{part:?}");
        let goods = attachments(&tests[0]).into_iter().filter(|(name, ..)| *name == "good").count();
        assert_eq!(goods, 2, "the parts before and after it are read: {part:?}");
        assert!(
            matches!(damage(&items)[..], [Owned::Damage { fault: Fault::Line(error), .. }] if error.kind() == kind),
            "{part:?} is damage: {items:?}"
        );
    }
}

#[test]
fn labels_that_are_not_utf_8_get_replacement_characters() {
    assert_eq!(outcomes(b"test: caf\xe9\0\nsuccess: caf\xe9\0\n"), [pair("caf\u{fffd}\u{fffd}", Status::Success)]);
}

#[test]
fn a_line_longer_than_any_directive_is_text() {
    let long = [b"test: ".to_vec(), vec![b'x'; 300_000], b"\n".to_vec()].concat();
    let stream = [&long[..], b"test: a\nsuccess: a\n"].concat();
    let items = translate(&stream);
    assert_eq!(text(&items), long);
    assert_eq!(tests(&items).len(), 1);
}

#[test]
fn a_longest_line_fits_its_packet() {
    let label = vec![0xff; (1 << 18) - 6];
    let part = [b"Content-Type: a/b;", &label[12..], b"\n", &label[..], b"\n1\r\nx0\r\n]\n"].concat();
    let stream = [b"test: ", &label[..], b"\nerror: ", &label[..(1 << 18) - 7], b"\n"].concat();
    assert_eq!(tests(&translate(&stream))[0].id.chars().count(), label.len());
    let label = &label[..(1 << 18) - 30];
    let stream = [b"test: ", label, b"\nerror: ", label, b" [ multipart\n", &part].concat();
    let tests = tests(&translate(&stream));
    assert_eq!(attachments(&tests[0])[0].2, "x");
}

#[test]
fn a_part_with_an_endless_name_is_damage() {
    let name = vec![b'n'; 5 << 20];
    let stream =
        [b"test: a\nerror: a [ multipart\nContent-Type: a/b\n", &name[..], b"\n1\r\nx0\r\n]\ntest: b\nskip: b\n"]
            .concat();
    for items in [translate(&stream), in_pieces(&stream, &[100_000], Protocol::V1)] {
        assert!(
            matches!(damage(&items)[..], [Owned::Damage { fault: Fault::Line(error), .. }] if error.kind() == LineErrorKind::Name)
        );
        let tests = tests(&items);
        assert_eq!((tests.len(), tests[0].status, tests[1].status), (2, Status::Fail, Status::Skip));
    }
}

#[test]
fn long_attachments_are_cut_in_the_same_places_however_they_come() {
    let line = [vec![b'x'; 699_999], b"\n".to_vec()].concat();
    let simple = [b"test: a\nerror: a [\n", &line.repeat(4)[..], b"]\n"].concat();
    let chunk = [b"AAE60\r\n", &line[..]].concat().repeat(4);
    let multipart = [b"test: a\nerror: a [ multipart\nContent-Type: a/b\nf\n", &chunk[..], b"0\r\n]\n"].concat();
    for stream in [simple, multipart] {
        let whole = translate(&stream);
        assert_eq!(packets(&whole).len(), 1 + 3 + 1);
        assert!(tests(&whole)[0].attachments[0].bytes.as_deref() == Some(&line.repeat(4)[..]));
        for size in [1_000, 65_536, 700_001, 1_048_577] {
            assert!(in_pieces(&stream, &[size], Protocol::V1) == whole, "in pieces of {size} bytes");
        }
    }
}

#[test]
fn packets_in_a_long_line_are_found_wherever_it_is_cut() {
    let inside = packet(&Event::test("v2").status(Status::Skip));
    for before in [100_000, 262_144, 262_145, 300_000] {
        let padding = vec![b'x'; before];
        let stream = [&padding[..], &inside, b"test: b\nsuccess: b\n", &padding, &inside].concat();
        let whole = translate(&stream);
        assert_eq!(packets(&whole).iter().filter(|packet| **packet == inside).count(), 2, "{before} bytes before");
        assert_eq!(text(&whole), padding.repeat(2));
        for size in [10_000, 65_536, 262_146] {
            assert!(in_pieces(&stream, &[size], Protocol::V1) == whole, "{before} bytes before, in {size}s");
        }
    }
}

#[test]
fn an_endless_line_of_candidates_is_not_held() {
    let mut decoder = Decoder::new(Protocol::V1);
    decoder.feed(b"x");
    let (mut given, mut fed) = (0, 0);
    let candidate = [b"\xb3\x28\x00\xbf\xff\xff\xaf\xff\xff", &vec![b'x'; 99_990][..], b"\0"].concat();
    for _ in 0..80 {
        decoder.feed(&candidate);
        fed += candidate.len();
        while let Some(item) = decoder.next() {
            given += Owned::from(item).bytes().len();
        }
        assert!(fed - given.min(fed) < 400_000, "{fed} bytes came in, {given} went out");
    }
}

#[test]
fn text_before_a_candidate_in_a_long_line_is_not_held() {
    let mut decoder = Decoder::new(Protocol::V1);
    decoder.feed(&vec![b'x'; 300_000]);
    assert!(decoder.next().is_some() && decoder.next().is_none());
    decoder.feed(b"text\xb3\x29");
    assert_eq!(decoder.next().map(Owned::from), Some(Owned::Text(b"text".to_vec())));
}

#[test]
fn what_is_written_translates_back() {
    let mut writer = Writer::new(Vec::new());
    writer.tags(&["global"], &[]).unwrap();
    writer.time(at(1_000, 250_000)).unwrap();
    let details = [
        Detail { name: "log", mime_type: "text/plain;charset=utf8", bytes: b"no route\n]\n" },
        Detail { name: "empty", mime_type: "a/b", bytes: b"" },
        Detail { name: "any", mime_type: "a/b", bytes: b"\xb3\x29\0\xff" },
    ];
    let outcomes = [
        (Outcome::Success, Status::Success),
        (Outcome::Failure, Status::Fail),
        (Outcome::Error, Status::Fail),
        (Outcome::Skip, Status::Skip),
        (Outcome::ExpectedFailure, Status::ExpectedFailure),
        (Outcome::UnexpectedSuccess, Status::UnexpectedSuccess),
    ];
    for (outcome, _) in outcomes {
        writer.test("a b: c").unwrap();
        writer.outcome(outcome, "a b: c", &details).unwrap();
    }
    let items = read(&writer.into_inner()[..], Protocol::Auto);
    let tests = tests(&items);
    assert_eq!(tests.len(), outcomes.len());
    for (test, (_, status)) in tests.iter().zip(outcomes) {
        assert_eq!((&*test.id, test.status), ("a b: c", status));
        assert_eq!(test.tags, ["global"]);
        assert_eq!(test.stop, Some(at(1_000, 250_000)));
        for (attachment, detail) in test.attachments.iter().zip(details) {
            assert_eq!(attachment.name, detail.name);
            assert_eq!(attachment.mime_type.as_deref(), Some(detail.mime_type));
            assert_eq!(attachment.bytes.as_deref(), Some(detail.bytes));
        }
        assert_eq!(test.attachments.len(), details.len());
    }
    assert_eq!(cover(&items), packets(&items).concat(), "there is no text and no damage");
}
