//! What is found around damage.

use subunit_codec::{Event, PacketErrorKind as Kind, Status};
use testkit::stream::{
    at, good_tests, number, packet, raw, raw_with_length, with_checksum, with_flags, with_flip, with_length,
};

use testkit::items::{Owned, cover, damage, decode, events, packets, text};

/// How many of the tests in the stream pass.
fn passed(items: &[Owned]) -> usize {
    events(items).iter().filter(|event| event.status == Some(Status::Success)).count()
}

fn failing(id: &str) -> Vec<u8> {
    packet(&Event::test(id.to_owned()).status(Status::Fail))
}

/// An event with every field.
fn full_event() -> Event<'static> {
    Event::test("pkg.Case.test_it")
        .status(Status::Fail)
        .at(at(1_000, 500))
        .tags(["worker-0", "slow"])
        .file("log", &b"no route\nto host\n"[..])
        .mime_type("text/plain")
        .eof()
        .route_code("0/1")
}

/// Decodes good packets around a broken one. `padding` makes packets of different lengths.
#[track_caller]
fn check_neighbours(broken: &[u8], padding: usize) {
    let neighbour = packet(&Event::test("x".repeat(padding)).status(Status::Success));
    let other = packet(&Event::test("other").status(Status::Success));
    let stream = [&other[..], broken, &neighbour, &other, &neighbour].concat();
    let items = decode(&stream);
    let found = packets(&items);
    assert_eq!(found, [&other[..], &neighbour, &other, &neighbour], "padding {padding}: {items:?}");
    assert_eq!(cover(&items), stream);
}

#[test]
fn a_flipped_bit_costs_one_packet_at_most() {
    for good in [packet(&full_event()), packet(&Event::test("foo").status(Status::Exists))] {
        for place in 0..good.len() {
            for bit in 0..8 {
                check_neighbours(&with_flip(good.clone(), place, 1 << bit), 20);
            }
        }
    }
}

#[test]
fn a_wrong_length_that_ends_where_a_neighbour_does_costs_no_neighbour() {
    let good = packet(&Event::test("foo").status(Status::Exists));
    for padding in 0..70 {
        for bits in 1..64 {
            check_neighbours(&with_flip(good.clone(), 3, bits), padding);
        }
    }
}

#[test]
fn a_torn_packet_costs_itself_alone() {
    let good = packet(&full_event());
    for end in 1..good.len() {
        for padding in (end % 5..70).step_by(5) {
            check_neighbours(&good[..end], padding);
        }
    }
}

#[test]
fn a_length_too_short_for_any_packet_swallows_nothing() {
    for length in [0, 1, 3, 5, 7] {
        let stream = [with_length(failing("a"), &number(length, 1)), good_tests(3)].concat();
        let items = decode(&stream);
        assert_eq!(passed(&items), 3, "length {length}");
        assert_eq!(damage(&items)[0].fault(), Some(Kind::Length));
    }
}

#[test]
fn latin_1_text_swallows_nothing() {
    let stream = [&b"a\xb3b and some text follows here\n"[..], &good_tests(2)].concat();
    let items = decode(&stream);
    assert_eq!(passed(&items), 2);
    assert_eq!(text(&items), b"a\xb3b and some text follows here\n");
    assert_eq!(damage(&items).len(), 0, "text is no damage");
}

#[test]
fn utf_8_text_that_looks_like_a_header_swallows_nothing() {
    let line = "esperó del servidor\n".as_bytes();
    let items = decode(&[line, &good_tests(200)].concat());
    assert_eq!(passed(&items), 200);
    assert_eq!(text(&items), line);
    assert_eq!(damage(&items).len(), 0, "text is no damage");
}

#[test]
fn a_packet_after_half_a_character_is_found() {
    let stream = [&b"caf\xc3"[..], &failing("a"), &good_tests(1)].concat();
    let items = decode(&stream);
    assert_eq!(events(&items)[0].status, Some(Status::Fail));
    assert_eq!(text(&items), b"caf\xc3");
}

#[test]
fn a_packet_after_text_without_newline_is_found() {
    let items = decode(&[&b"starting server..."[..], &good_tests(1), b"done", &good_tests(1)].concat());
    assert_eq!(passed(&items), 2);
    assert_eq!(text(&items), b"starting server...done");
}

#[test]
fn flags_that_promise_more_than_there_is_are_damage() {
    for fields in [&b""[..], b"abc", b"\x05abc"] {
        let stream = [raw(0x2803, fields), good_tests(1)].concat();
        let items = decode(&stream);
        assert_eq!(damage(&items)[0].fault(), Some(Kind::Field), "{items:?}");
        assert_eq!(passed(&items), 1);
    }
}

#[test]
fn other_versions_and_the_reserved_bit_are_damage() {
    for (flags, kind) in [(0x1901, Kind::Version), (0x3901, Kind::Version), (0x2909, Kind::ReservedBit)] {
        let items = decode(&[with_flags(failing("a"), flags), good_tests(1)].concat());
        assert_eq!(damage(&items)[0].fault(), Some(kind));
        assert_eq!(passed(&items), 1);
    }
}

#[test]
fn every_byte_of_a_packet_cut_off_by_the_end_is_kept() {
    let whole = failing("a");
    for end in 1..whole.len() {
        let items = decode(&[&good_tests(1), &whole[..end]].concat());
        assert_eq!(passed(&items), 1);
        assert_eq!(damage(&items)[0].fault(), Some(Kind::Truncated), "cut after {end} bytes");
        assert_eq!(cover(&items), [&good_tests(1), &whole[..end]].concat());
    }
}

#[test]
fn a_packet_in_the_middle_of_another_is_found() {
    let outer = packet(&Event::test("outer").file("log", vec![b'x'; 10_000]));
    let inner = failing("inner");
    let items = decode(&[&outer[..4096], &inner, &outer[4096..], &good_tests(2)].concat());
    assert!(packets(&items).contains(&&inner[..]), "the second writer's packet is found");
    assert_eq!(passed(&items), 2);
}

#[test]
fn text_in_the_middle_of_a_packet_costs_that_packet() {
    let outer = packet(&full_event());
    let items = decode(&[&outer[..10], b"warning: foo\n", &outer[10..], &good_tests(2)].concat());
    assert_eq!(packets(&items).len(), 4, "the tests after it are found");
    assert_eq!(damage(&items).len(), 1);
}

#[test]
fn a_length_of_four_bytes_is_read() {
    let wide = with_length(failing("a"), &number(13, 4));
    let wide = with_length(wide.clone(), &number(u32::try_from(wide.len()).unwrap(), 4));
    let items = decode(&[&wide[..], &good_tests(1)].concat());
    assert_eq!(packets(&items)[0], wide);
    let too_long = raw_with_length(0x2000, &number(1 << 22, 4), b"");
    assert_eq!(damage(&decode(&too_long))[0].fault(), Some(Kind::Length));
}

#[test]
fn nanoseconds_are_kept_to_the_last_digit() {
    for time in [at(5, 123_456_789), at(u32::MAX, 999_999_999), at(0, (1 << 30) - 1)] {
        let items = decode(&packet(&Event::test("a").at(time)));
        assert_eq!(events(&items)[0].timestamp, Some(time));
    }
}

#[test]
fn damage_tells_where_in_the_input_it_is() {
    let broken = with_checksum(failing("a"), 0);
    let before = [good_tests(2), b"text\n".to_vec()].concat();
    let items = decode(&[&before[..], &broken, &good_tests(1)].concat());
    let Owned::Damage { offset, .. } = damage(&items)[0] else { unreachable!() };
    assert_eq!(*offset, before.len() as u64);
}

#[test]
fn bytes_after_the_last_field_are_tolerated_and_kept() {
    let packet = raw(0x2903, b"\x01atrailer");
    let items = decode(&packet);
    assert_eq!(packets(&items), [&packet[..]]);
    assert_eq!(events(&items)[0].test_id.as_deref(), Some("a"));
}
