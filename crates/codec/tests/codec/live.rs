//! What comes out before the input ends.

use subunit_codec::{Decoder, Event, Item, Protocol, Reader, Status};
use testkit::reader::failing;
use testkit::stream::{good_tests, packet, test, with_checksum};

use testkit::items::{Owned, decode};

/// What is still held after these bytes, when the input goes on.
fn held(stream: &[u8]) -> usize {
    let mut decoder = Decoder::new(Protocol::V2);
    decoder.feed(stream);
    let mut given = 0;
    while let Some(item) = decoder.next() {
        given += Owned::from(item).bytes().len();
    }
    stream.len() - given
}

#[test]
fn a_packet_comes_out_with_its_last_byte() {
    let packet = packet(&Event::test("a").status(Status::Success));
    for end in 1..packet.len() {
        assert_eq!(held(&packet[..end]), end, "half a packet is held");
    }
    assert_eq!(held(&packet), 0);
}

#[test]
fn text_before_a_candidate_is_never_held() {
    let packet = packet(&Event::test("a").status(Status::Success));
    for end in 1..packet.len() {
        assert_eq!(held(&[b"building", &packet[..end]].concat()), end, "the text is out");
    }
}

#[test]
fn text_that_looks_like_a_header_is_let_go() {
    let lines = ["esperó del servidor\n".as_bytes(), b"10 m\xb3 in all\n", b"10 m\xb3 (about)\n"];
    for line in lines {
        let more = b"another line that is rather plain and not too short\n";
        assert_eq!(held(&[line, more].concat()), 0, "{} is held", line.escape_ascii());
    }
}

#[test]
fn damage_is_held_until_the_byte_behind_it_has_come() {
    let broken = with_checksum(packet(&Event::test("a").status(Status::Success)), 0xff);
    assert_eq!(held(&[b"text", &broken[..]].concat()), broken.len(), "another broken packet may follow");
    assert_eq!(held(&[&broken[..], b"t"].concat()), 0);
    assert_eq!(held(&[&broken[..], b"t\nmore"].concat()), 0);
    assert_eq!(held(b"\xb3\x01orn"), 5, "the line may hold more of what was torn");
    assert_eq!(held(b"\xb3\x01orn\n"), 6, "so may the next one, if it begins so");
    assert_eq!(held(b"\xb3\x01orn\nmake"), 0);
}

#[test]
fn a_reader_asks_to_flush_before_each_read() {
    let stream = [test("a", Status::Success), test("b", Status::Success)].concat();
    let half = stream.len() / 2;
    let mut reader = Reader::new(testkit::reader::pieces(&stream, [half]), Protocol::Auto);
    let mut told = Vec::new();
    let mut found = 0;
    loop {
        let item = reader.next_after(|| {
            told.push(found);
            Ok(())
        });
        match item.unwrap() {
            Some(Item::Packet(_)) => found += 1,
            Some(other) => panic!("{other:?}"),
            None => break,
        }
    }
    assert_eq!(told, [0, 2, 4], "before each of the three reads: nothing, a test, another, the end");
}

#[test]
fn what_was_read_before_a_failure_comes_as_items() {
    let stream = good_tests(3);
    let mut reader = Reader::new(failing(&stream[..], stream.len() - 1), Protocol::Auto);
    let (mut items, mut failures) = (Vec::new(), 0);
    loop {
        match reader.next() {
            Ok(Some(item)) => items.push(Owned::from(item)),
            Ok(None) => break,
            Err(_) => failures += 1,
        }
    }
    assert_eq!(failures, 1, "the failure is told once");
    assert_eq!(items, decode(&stream[..stream.len() - 1]));
}
