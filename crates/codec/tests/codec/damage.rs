//! How much is given up around a broken packet, and in how many reports.

use subunit_codec::{Decoder, Event, Item, MAX_LENGTH, PacketErrorKind as Kind, Protocol, Status};
use testkit::items::{Owned, cover, damage, decode, events, in_pieces, packets, text};
use testkit::stream::{good_tests, number, packet, raw, test, with_checksum, with_flip, with_length};

const MAKE: &[u8] = b"make: *** [check] Error 1\n";

/// The items as a list for people: what each is, and its bytes.
fn shown(items: &[Owned]) -> Vec<(&'static str, String)> {
    let show = |item: &Owned| {
        let kind = match item {
            Owned::Packet(_) => "packet",
            Owned::Text(_) => "text",
            Owned::Damage { .. } => "damage",
        };
        (kind, item.bytes().escape_ascii().to_string())
    };
    items.iter().map(show).collect()
}

/// Decodes a stream whole and in pieces, which must make no difference.
#[track_caller]
fn decode_in_any_pieces(stream: &[u8]) -> Vec<Owned> {
    let items = decode(stream);
    assert_eq!(cover(&items), stream);
    for size in [1, 2, 3, 7, 64] {
        assert_eq!(in_pieces(stream, &[size], Protocol::V2), items, "in pieces of {size} bytes");
    }
    items
}

/// The packet of a worker that was killed 24 bytes into it, where the text of a log has begun.
fn torn() -> Vec<u8> {
    let content = vec![b'x'; 51];
    let mut torn = packet(&Event::test("db.test_dump").status(Status::Success).file("log", content).eof());
    torn.truncate(24);
    torn
}

fn ids(items: &[Owned]) -> Vec<String> {
    events(items).iter().map(|event| event.test_id.as_deref().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_torn_header_hides_no_packet() {
    let stream = b"\xb3)\x03\x13\xb3)\x06\n\x01a\xea\x1f7\x88text\n\xb3)\x03\n\x01c3\xcf\xa6\x96";
    let expected = [
        ("damage", r"\xb3)\x03\x13"),
        ("packet", r"\xb3)\x06\n\x01a\xea\x1f7\x88"),
        ("text", r"text\n"),
        ("packet", r"\xb3)\x03\n\x01c3\xcf\xa6\x96"),
    ];
    assert_eq!(shown(&decode_in_any_pieces(stream)), expected.map(|(kind, bytes)| (kind, bytes.to_owned())));
}

#[test]
fn a_torn_packet_hides_neither_a_failed_test_nor_the_text_behind_that() {
    let failed = packet(&Event::test("web.test_login").status(Status::Fail));
    let passed = packet(&Event::test("web.test_logout").status(Status::Success));
    let items = decode_in_any_pieces(&[&torn()[..], &failed, MAKE, &passed].concat());
    assert_eq!(packets(&items), [&failed[..], &passed]);
    assert_eq!(damage(&items).iter().map(|item| item.bytes()).collect::<Vec<_>>(), [torn()]);
    assert_eq!(text(&items), MAKE);
}

#[test]
fn a_line_of_latin_1_that_begins_as_a_packet_does_hides_no_packet() {
    let line = b"\xb3 at the end\n";
    let items = decode(&[&line[..], &good_tests(300), b"zzzz\n", &test("web.last", Status::Success)].concat());
    assert_eq!(packets(&items).len(), 602);
    assert_eq!(damage(&items).len(), 0, "the line is text");
    assert_eq!(text(&items), b"\xb3 at the end\nzzzz\n");
}

#[test]
fn a_flipped_bit_of_a_length_hides_no_neighbour_however_long() {
    let log = |id, length| packet(&Event::test(id).status(Status::Success).file("log", vec![b'x'; length]).eof());
    // 8000 bytes, which one bit makes 16192: the end of the second packet.
    let (first, second) = (log("t1", 7982), log("t2", 8174));
    assert_eq!((first.len(), second.len()), (8000, 8192));
    let broken = with_flip(first, 3, 0x20);
    let third = packet(&Event::test("t3").status(Status::Success));
    let items = decode(&[&broken[..], &second, &third].concat());
    assert_eq!(packets(&items), [&second[..], &third]);
    assert_eq!(damage(&items).iter().map(|item| item.bytes()).collect::<Vec<_>>(), [&broken[..]]);
}

#[test]
fn a_broken_packet_whose_content_looks_like_more_of_them_is_one_report() {
    let broken: Vec<u8> =
        [&b"\xb3)S0\x05outer\x03bin\x1e"[..], &b"\n\xb3)\x01\x10q".repeat(5), b"\xf7\x15\x820"].concat();
    let next = b"\xb3)\x03\x0e\x05mod.b\xc3\xe6\xbf\xb4";
    let items = decode_in_any_pieces(&[&broken[..], next].concat());
    assert_eq!(packets(&items), [&next[..]]);
    assert_eq!(damage(&items).iter().map(|item| item.bytes()).collect::<Vec<_>>(), [&broken[..]]);
}

#[test]
fn a_stream_inside_a_damaged_attachment_leaks_out_beside_the_report() {
    let inner = good_tests(20);
    let outer = packet(&Event::test("outer").status(Status::Fail).file("stream", inner.clone()).eof());
    let begun = outer.len() - 4 - inner.len();
    let broken = with_checksum(outer, 0);
    let items = decode_in_any_pieces(&[&test("before", Status::Success), &broken[..]].concat());
    assert_eq!(packets(&items).len(), 2 + 40);
    let [report] = damage(&items)[..] else { panic!("there is one report: {items:?}") };
    assert_eq!(report.bytes(), &broken[..begun], "what comes before the stream");
    assert_eq!(text(&items), b"\0\0\0\0", "its end is told from text by nothing");

    let five = b"\xb3)S@h\x05outer\x06stream@P\xb3)\x03\x10\x07inner.0\xb4\xc7 \xfd\xb3)\x03\x10\x07innr.1\xc3\xc0\x10k\
        \xb3)\x03\x10\x07inner.2Z\xc9A\xd1\xb3)\x03\x10\x07inner.3-\xceqG\xb3)\x03\x10\x07inner.4\xb3\xaa\xe4\xe4\x9ft\xf8\xbb\
        \xb3)\x03\x0e\x05mod.b\xc3\xe6\xbf\xb4";
    let items = decode_in_any_pieces(five);
    assert_eq!(ids(&items), ["inner.0", "inner.2", "inner.3", "inner.4", "mod.b"]);
    assert_eq!(damage(&items).len(), 2, "the outer packet, and the one inside that lost a byte");
}

#[test]
fn a_line_behind_a_torn_packet_is_text() {
    let before = &torn()[..19];
    let glued = [b"log3x", MAKE].concat();
    let next = packet(&Event::test("next").status(Status::Success));
    for lines in [glued.clone(), [&glued[..], b"make: leaving\n"].concat()] {
        for after in [&next[..], b""] {
            let items = decode_in_any_pieces(&[before, &lines, after].concat());
            assert_eq!(damage(&items).iter().map(|item| item.bytes()).collect::<Vec<_>>(), [before], "{items:?}");
            assert_eq!(text(&items), lines, "the readable end of what was torn is not told from the text");
            assert_eq!(packets(&items).concat(), after);
        }
    }
}

#[test]
fn a_line_behind_a_packet_torn_in_its_id_is_text() {
    let torn = &torn()[..11];
    let items = decode_in_any_pieces(&[torn, MAKE, &good_tests(1)].concat());
    assert_eq!(text(&items), [&torn[6..], MAKE].concat());
    assert_eq!(damage(&items).len(), 1);
    assert_eq!(packets(&items).len(), 2);
}

#[test]
fn a_torn_packet_without_a_line_behind_it_is_damage_to_its_last_byte() {
    for end in 1..24 {
        for after in [&good_tests(1)[..], b""] {
            let items = decode_in_any_pieces(&[&torn()[..end], after].concat());
            assert_eq!(damage(&items).iter().map(|item| item.bytes()).collect::<Vec<_>>(), [&torn()[..end]]);
            assert_eq!(text(&items), b"");
        }
    }
}

#[test]
fn a_packet_with_a_wrong_checksum_is_damage_as_far_as_it_claims() {
    let broken = with_checksum(packet(&Event::test("a").status(Status::Fail).file("log", &b"line\nline\n"[..])), 0xff);
    // Most bytes of the others' checksums look like text.
    let others = [0xff41_4243, 0x4142_43ff].map(|checksum| with_checksum(broken.clone(), checksum));
    for broken in others.into_iter().chain([broken]) {
        for after in [&b"some text\n"[..], b"more", b"\n", b"\x01\n", &good_tests(1), b""] {
            let items = decode_in_any_pieces(&[b"no newline", &broken[..], after].concat());
            assert_eq!(damage(&items).iter().map(|item| item.bytes()).collect::<Vec<_>>(), [&broken[..]]);
        }
    }
}

#[test]
fn a_torn_packet_at_the_start_of_a_line_inside_another_is_damage_up_to_its_own_fault() {
    let (outer, inner) = (torn(), &torn()[..19]);
    // The outer packet claims 78 bytes, which end inside the id of the inner one.
    let damaged = [&outer[..], &[1; 45], b"\n", inner].concat();
    let items = decode_in_any_pieces(&[&damaged[..], MAKE, &good_tests(1)].concat());
    assert_eq!(damage(&items).iter().map(|item| item.bytes()).collect::<Vec<_>>(), [&damaged[..]]);
    assert_eq!(text(&items), MAKE);
}

#[test]
fn a_fault_right_behind_a_newline_leaves_the_next_line_alone() {
    // The length is a newline, and the é behind it a number for which the packet has no room.
    let line = "été \u{1} and more\n".as_bytes();
    let items = decode_in_any_pieces(&[b"\xb3)\x03\n", line, &good_tests(1)].concat());
    assert_eq!(damage(&items).iter().map(|item| item.bytes()).collect::<Vec<_>>(), [b"\xb3)\x03"]);
    assert_eq!(text(&items), [b"\n", line].concat());
}

#[test]
fn a_packet_that_lost_the_end_of_its_checksum_costs_no_neighbour() {
    let mut broken = with_checksum(packet(&Event::test("a").status(Status::Fail)), 0x010a_ffff);
    broken.truncate(broken.len() - 2);
    let items = decode_in_any_pieces(&[&broken[..], &good_tests(1)].concat());
    assert_eq!(damage(&items).iter().map(|item| item.bytes()).collect::<Vec<_>>(), [&broken[..]]);
    assert_eq!(packets(&items).concat(), good_tests(1));
}

#[test]
fn a_packet_with_unsound_fields_is_damage_to_its_last_byte() {
    for (fields, kind) in [(&b"\x03a\0b"[..], Kind::Nul), (b"\x03a\xffb", Kind::Utf8), (b"\x05abc", Kind::Field)] {
        let broken = raw(0x2903, fields);
        for after in [&good_tests(1)[..], b""] {
            let items = decode_in_any_pieces(&[b"building\n", &broken[..], after].concat());
            let [report] = damage(&items)[..] else { panic!("one report: {items:?}") };
            assert_eq!((report.bytes(), report.fault()), (&broken[..], Some(kind)));
        }
    }
}

#[test]
fn broken_packets_side_by_side_are_one_report() {
    let broken = with_checksum(packet(&Event::test("a").status(Status::Fail)), 0);
    for count in 1..4 {
        let items = decode_in_any_pieces(&[&broken.repeat(count)[..], &good_tests(1)].concat());
        let [report] = damage(&items)[..] else { panic!("one report: {items:?}") };
        assert_eq!(report.bytes(), broken.repeat(count));
        assert!(matches!(report.fault(), Some(Kind::Checksum { stored: 0, .. })), "the fault of the first is told");
    }
    let items = decode_in_any_pieces(&[&broken[..], b"a line\n", &broken].concat());
    assert_eq!(damage(&items).len(), 2, "a line of text parts them");
    assert_eq!(text(&items), b"a line\n");
}

#[test]
fn a_wrong_checksum_in_the_line_of_a_torn_packet_is_the_same_report() {
    // An id of 33 bytes and a MIME type of 35, behind a header that is text: the second byte of ó
    // begins it.
    let line = [&b"\x01 esper\xc3"[..], b"\xb3( @O!", &[b'a'; 33], b"#", &[b'b'; 35], b"look"].concat();
    let stream = [b"\xb3", &line[..], b"\n", &good_tests(1)].concat();
    let items = decode_in_any_pieces(&stream);
    let [report] = damage(&items)[..] else { panic!("one report: {items:?}") };
    assert_eq!(report.bytes(), b"\xb3\x01 esper\xc3\xb3");
    assert_eq!(text(&items), &stream[10..stream.len() - good_tests(1).len()]);
}

#[test]
fn a_string_that_ends_inside_a_character_makes_a_candidate_text_also_if_the_character_is_known() {
    // The id of the first packet is known to be text when the header in it is looked at, whose id
    // ends inside the last ó.
    let inner = [&b"\xc3\xb3(\x03\x41\x70"[..], b"\x05", b"four\xc3\xb3"].concat();
    let id = [&b"x".repeat(300)[..], &inner, &b"y".repeat(40)].concat();
    let broken = with_checksum(packet(&Event::test(String::from_utf8(id).expect("it is text"))), 0xff);
    let text_behind = b"more \x01 and more \x02\n".repeat(20);
    let items = decode_in_any_pieces(&[&broken[..], &text_behind].concat());
    assert_eq!(damage(&items).iter().map(|item| item.bytes()).collect::<Vec<_>>(), [&broken[..]]);
    assert_eq!(text(&items), text_behind);
}

#[test]
fn coloured_text_behind_a_torn_packet_is_text_and_other_control_characters_are_not() {
    for (line, is_text) in [(&b"\x1b[31mred\x1b[0m\tand\r\n"[..], true), (b"a\x07b\n", false), (b"a\xffb\n", false)] {
        let items = decode_in_any_pieces(&[&torn()[..19], line, &good_tests(1)].concat());
        let expected = if is_text { line } else { b"b\n" };
        assert_eq!(text(&items), expected, "{}", line.escape_ascii());
    }
}

#[test]
fn the_parts_of_writers_that_interleave_are_one_report() {
    let packet = |id: &str| packet(&Event::test(id.to_owned()).status(Status::Fail).file("log", vec![b'\x01'; 300]));
    let (one, other) = (packet("one"), packet("another"));
    let mixed = [&one[..200], &other[..100], &one[200..], &other[100..]].concat();
    let items = decode_in_any_pieces(&[&good_tests(1)[..], &mixed, &good_tests(1)].concat());
    let [report] = damage(&items)[..] else { panic!("one report: {items:?}") };
    assert_eq!(report.bytes(), &mixed[..200 + other.len()], "as far as the second claims");
    assert_eq!(packets(&items).len(), 4);
}

#[test]
fn damage_that_goes_on_and_on_is_reported_in_pieces() {
    let broken = with_checksum(packet(&Event::test("a").status(Status::Fail).file("log", vec![b'x'; 1 << 20])), 0);
    let stream = [&broken.repeat(9)[..], &good_tests(1)].concat();
    let items = decode(&stream);
    assert_eq!(cover(&items), stream);
    assert_eq!(text(&items), b"");
    assert!(damage(&items).iter().all(|item| item.bytes().len() < 5 << 20));
    assert_eq!(damage(&items).len(), 3, "9 MiB, less than 5 MiB in each");
    assert_eq!(packets(&items).len(), 2);
    assert_eq!(in_pieces(&stream, &[70_000, 1], Protocol::V2), items);
}

#[test]
fn packets_that_claim_megabytes_each_are_one_report_in_a_mebibyte() {
    let stream = b"\xb3\x20\x00\xbf\xff\xff".repeat(1 << 20);
    let items = decode(&stream);
    assert_eq!(cover(&items), stream);
    assert!(damage(&items).len() <= 7, "{} reports for 6 MiB", damage(&items).len());
    assert!(text(&items).len() < 6, "a header that the end cuts");
}

#[test]
fn a_length_far_too_long_swallows_nothing() {
    let broken = with_length(packet(&Event::test("b").status(Status::Fail)), &number(16_000, 2));
    let items = decode_in_any_pieces(&[&test("a", Status::Success), &broken[..], &good_tests(100)].concat());
    assert_eq!(packets(&items).len(), 202);
    assert_eq!(damage(&items).iter().map(|item| item.bytes()).collect::<Vec<_>>(), [&broken[..]]);
}

#[test]
fn a_directive_behind_a_torn_packet_counts() {
    let stream = [&b"test: a\n"[..], &torn()[..19], b"success: a\ntest: b\nfailure: b\n", &good_tests(1)].concat();
    let items = testkit::items::translate(&stream);
    let told: Vec<_> = events(&items).iter().map(|event| (event.test_id.clone(), event.status)).collect();
    let expected = [("a", Status::InProgress), ("a", Status::Success), ("b", Status::InProgress), ("b", Status::Fail)];
    assert_eq!(told[..4], expected.map(|(id, status)| (Some(id.into()), Some(status))));
    assert_eq!(damage(&items).iter().map(|item| item.bytes()).collect::<Vec<_>>(), [&torn()[..19]]);
}

#[test]
fn a_directive_inside_what_a_broken_packet_claims_counts() {
    let claimed = [&torn()[..], b"\nsuccess: a\n", &[1; 60], b"\n"].concat();
    for before in [&b"\xb3?\n"[..], b""] {
        let items = testkit::items::translate(&[b"test: a\n", before, &claimed].concat());
        let told: Vec<_> = events(&items).iter().map(|event| event.status).collect();
        assert_eq!(told, [Some(Status::InProgress), Some(Status::Success)], "{items:?}");
    }
}

#[test]
fn a_line_as_long_as_a_report_may_be_is_the_same_if_the_input_ends_with_it() {
    let longest = MAX_LENGTH + (1 << 20);
    let line = [b"\xb3\x01".to_vec(), vec![b'x'; longest - 2]].concat();
    for after in [&b""[..], b"x"] {
        let mut decoder = Decoder::new(Protocol::V2);
        decoder.feed(&line);
        decoder.feed(after);
        decoder.end();
        let Some(Item::Damage(damage)) = decoder.next() else { panic!("no packet has this version") };
        assert_eq!(damage.bytes, b"\xb3\x01", "{} more bytes", after.len());
    }
}
