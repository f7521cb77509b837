//! Which version a stream is in, and what comes out before that is known.

use subunit_codec::{Event, Item, Protocol, Reader, Status};
use testkit::items::{Owned, in_pieces, packets, read, text};
use testkit::stream::{packet, test, with_checksum};

use crate::v1_lines::{OUTCOMES, list, outcomes, verdicts};

use Status::{Fail, InProgress, Success};

/// The items of a stream whose version is to be found out, which do not depend on where it is cut.
fn detected(stream: &[u8]) -> Vec<Owned> {
    let whole = read(stream, Protocol::Auto);
    for sizes in [&[1][..], &[2, 3, 7, 11], &[100]] {
        assert_eq!(in_pieces(stream, sizes, Protocol::Auto), whole, "{sizes:?}: {}", stream.escape_ascii());
    }
    whole
}

#[test]
fn text_may_come_before_version_1() {
    let long = "a line of a build\n".repeat(10_000);
    for before in [
        "",
        "DeprecationWarning: foo\n",
        "\n\r\n \t\n",
        "\u{feff}",
        "\u{feff}\n",
        "error: no such file\n",
        "[\n]\n",
        &long,
        "café ó \n",
    ] {
        for test in [
            "test: a\nfailure: a\n",
            "test: a\r\nfailure: a [\r\nx\r\n]\r\n",
            "test a\nfailure a\n",
            "error: a [\nx\n]\n",
            "error: a [ multipart\n]\n",
            "xtest: a\nfailure: a\n",
            "time: 3\ntest: a\nfailure: a\n",
        ] {
            let stream = format!("{before}{test}");
            let items = read(stream.as_bytes(), Protocol::Auto);
            let verdicts: Vec<_> = verdicts(&items).into_iter().filter(|(id, _)| id != "damage").collect();
            assert_eq!(verdicts, list([("a", Fail)]), "{}", &stream[..stream.len().min(100)]);
            if before.len() < 100 {
                detected(stream.as_bytes());
            }
        }
    }
}

#[test]
fn a_byte_order_mark_is_text_and_hides_no_test() {
    assert_eq!(outcomes("\u{feff}test: a\nfailure: a\n"), list([("a", Fail)]));
    for protocol in [Protocol::V1, Protocol::Auto] {
        assert_eq!(text(&read("\u{feff}test: a\nskip: a\n".as_bytes(), protocol)), "\u{feff}".as_bytes());
    }
}

#[test]
fn lines_of_a_build_before_a_packet_are_text() {
    let words = ["test", "testing", "tags", "time", "progress"].into_iter().chain(OUTCOMES.map(|(word, _)| word));
    let rests = ["all", "3", "3 s", "mod.a", "push", "x [", "2014-06-08 09:09:11Z"];
    let passing = test("mod.a", Success);
    for word in words {
        for rest in rests {
            for line in [format!("{word}: {rest}\n"), format!("{word} {rest}\n"), format!("ok: {word}: {rest}\n")] {
                let stream =
                    [line.as_bytes(), b"more\n", line.as_bytes(), &passing, line.as_bytes(), &passing].concat();
                let items = detected(&stream);
                assert_eq!(verdicts(&items), list([("mod.a", Success); 2]), "{line}");
                assert_eq!(text(&items), [line.as_bytes(), b"more\n", line.as_bytes(), line.as_bytes()].concat());
            }
        }
    }
    let stream = [b"time: 3\ntags: x\ntest: all\nprogress: 3\n", &passing[..]].concat();
    assert_eq!(verdicts(&detected(&stream)), list([("mod.a", Success)]));
}

#[test]
fn details_in_brackets_before_a_packet_are_text() {
    let passing = test("mod.a", Success);
    let line = b"error: no such option [\n  3\n]\nmore\n";
    let items = detected(&[line, &passing[..]].concat());
    assert_eq!((verdicts(&items), text(&items)), (list([("mod.a", Success)]), line.to_vec()));
    for after in ["", "more\n", "m\u{f3}s\nm\u{b3}s\n", "\u{f3}", "test: b\n", "time: 2014-06-08 09:09:11Z\n"] {
        let verdicts = verdicts(&detected(format!("error: setUpClass (C) [\nx\n]\n{after}").as_bytes()));
        assert_eq!(verdicts.first(), Some(&("setUpClass (C)".to_owned(), Fail)), "{after}");
    }
    let far = ["error: setUpClass (C) [\nx\n]\n", &"a line\n".repeat(20_000), "test: a\nsuccess: a\n"].concat();
    assert_eq!(verdicts(&read(far.as_bytes(), Protocol::Auto)), list([("setUpClass (C)", Fail), ("a", Success)]));
}

#[test]
fn a_start_far_before_the_first_packet_decides_nothing() {
    let log = b"a line of a build\n".repeat(5_000);
    let stream = [b"test: all\n", &log[..], &test("mod.a", Success), b"test: more\n"].concat();
    let items = read(&stream[..], Protocol::Auto);
    assert_eq!(verdicts(&items), list([("mod.a", Success)]));
    assert_eq!(text(&items), [b"test: all\n", &log[..], b"test: more\n"].concat());
}

#[test]
fn a_start_without_a_packet_is_version_1() {
    let log = "a line of a log\n".repeat(5_000);
    for stream in
        ["test: a\n".to_owned(), "test: a".to_owned(), format!("test: a\n{log}"), format!("text\ntest: a\n{log}{log}")]
    {
        assert_eq!(verdicts(&read(stream.as_bytes(), Protocol::Auto)), list([("a", Fail)]), "{}", stream.len());
    }
    let crashed = format!("test: a\n{log}test: b\n{log}success: b\n");
    assert_eq!(verdicts(&read(crashed.as_bytes(), Protocol::Auto)), list([("b", Success), ("a", Fail)]));
    let timed = format!("test: a\n{log}time: 2014-06-08 09:09:11Z\ntags: x\nfailure: a\n");
    let items = read(timed.as_bytes(), Protocol::Auto);
    assert_eq!(verdicts(&items), list([("a", Fail)]), "the outcome may be far away");
}

#[test]
fn packets_in_a_stream_of_version_1_pass_unchanged() {
    let inside = packet(&Event::test("v2").status(Status::Skip));
    let stream = [b"test: a\nsuccess: a\n", &inside[..], b"test: b\n", &inside, b"failure: b\n"].concat();
    let items = detected(&stream);
    assert_eq!(packets(&items).iter().filter(|packet| **packet == inside).count(), 2);
    assert_eq!(
        verdicts(&items).into_iter().filter(|(id, _)| id != "v2").collect::<Vec<_>>(),
        list([("a", Success), ("b", Fail)])
    );
}

#[test]
fn damage_before_the_version_is_known_is_reported() {
    let broken = with_checksum(packet(&Event::test("v2").status(Fail)), 0);
    for rest in [&test("a", Success)[..], b"test: a\nsuccess: a\n"] {
        let items = detected(&[b"text\n", &broken[..], rest].concat());
        let verdicts: Vec<_> = verdicts(&items).into_iter().map(|(id, _)| id).collect();
        assert_eq!(
            (verdicts.first().map(String::as_str), verdicts.last().map(String::as_str)),
            (Some("damage"), Some("a"))
        );
    }
}

/// What comes out of a stream that does not go on.
fn live(stream: &[u8]) -> Vec<Owned> {
    let mut reader = Reader::new(stream, Protocol::Auto);
    let mut items = Vec::new();
    let mut reads = 0;
    while reads < 2 {
        let next = reader.next_after(|| {
            reads += 1;
            if reads < 2 { Ok(()) } else { Err(std::io::Error::other("it hangs")) }
        });
        match next {
            Ok(Some(item)) => items.push(Owned::from(item)),
            Ok(None) => break,
            Err(_) => {}
        }
    }
    items
}

#[test]
fn text_comes_out_while_the_version_is_not_known() {
    for before in
        ["building", "compiling tests", "a\nb", "timely", "tests: 3", "....s..E", "\n", "testing: 1, 2\nok\n."]
    {
        assert_eq!(
            live(before.as_bytes()).iter().flat_map(Owned::bytes).count(),
            if before.starts_with("testing: ") { 0 } else { before.len() },
            "{before:?}"
        );
    }
    assert_eq!(live(b"test").len(), 0, "this may become a directive");
    assert_eq!(live(b"testing the server\nit runs\n").len(), 1, "text behind prose");
    assert_eq!(live(b"tags: x\nplain text\n").len(), 1, "text behind tags: nothing that a test would be in");
}

#[test]
fn the_first_test_of_a_stream_with_times_is_visible_while_it_runs() {
    let items = live(b"progress: 3\ntime: 2014-06-08 09:09:11.123456Z\ntags: worker-0\ntest: a\n");
    let [Owned::Packet(bytes)] = &items[..] else { panic!("{items:?}") };
    assert!(bytes.windows(1).any(|byte| byte == b"a"));
    let settled = live(b"test: a\nsuccess: a\ntest: b\n");
    assert_eq!(settled.len(), 3, "later ones are visible in any stream");
}

#[test]
fn tests_are_left_open_if_the_version_is_known_only_at_the_end() {
    let mut reader = Reader::new(&b"test: a\n"[..], Protocol::Auto).leaving_open();
    let mut statuses = Vec::new();
    while let Some(item) = reader.next().expect("a slice can be read") {
        if let Item::Packet(packet) = item {
            statuses.extend(packet.status());
        }
    }
    assert_eq!(statuses, [InProgress]);
}
