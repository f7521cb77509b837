//! Streams that are made to be slow to decode: false headers by the million, each of which claims
//! bytes that hold others.

use subunit_codec::Event;

use crate::random::Random;
use crate::stream::{crc32, number, packet, with_checksum};

/// Streams of about `size` bytes, with what is in them.
#[must_use]
pub fn streams(size: usize) -> Vec<(&'static str, Vec<u8>)> {
    let again = |bytes: &[u8]| bytes.iter().copied().cycle().take(size).collect::<Vec<u8>>();
    let tag_list =
        |count: &[u8], tag: &[u8]| again(&[&b"\xb3\x20\x80\xbf\xff\xff"[..], count, &tag.repeat(2000)].concat());
    vec![
        ("sound packets, the smallest", again(b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b")),
        ("text", again(b"some output of a build, line after line\n")),
        ("signatures alone", again(b"\xb3")),
        (
            "signatures and readable text without end",
            again(&[b"\xb3\x20", &b"esper\xc3\xb3 del servidor ".repeat(5000)[..]].concat()),
        ),
        ("a header in every third byte, claiming 3.3 MB", again(b"\xb3\x20\x00")),
        ("the same, each line anew", again(b"\xb3\x20\x00\n")),
        ("headers of six bytes, claiming 4 MB", again(b"\xb3\x20\x00\xbf\xff\xff")),
        ("headers claiming 500 bytes", again(b"\xb3\x20\x00\x41\xf4")),
        ("headers claiming 16 KB", again(b"\xb3\x20\x00\x7f\xff")),
        (
            "headers claiming a twentieth of the stream",
            again(&[b"\xb3\x20\x00", &number(clamp(size / 20), 3)[..]].concat()),
        ),
        ("claims that end inside each other", claims_inside_each_other(size)),
        ("file content claims", again(b"\xb3\x20\x40\xbf\xff\xff\x01a\xbf\xff\x00")),
        ("file content claims of less", again(b"\xb3\x20\x40\xbf\xff\xff\x01a\x90\x00\x00")),
        ("ids of 3 MB that hold headers in their characters", again(b"\xc3\xb3\x28\x20\xaf\x7f")),
        ("ids that hold headers, UTF-8", again(b"\xc3\xb3( \xc2\xbaaa\xc3")),
        ("ids of 4 KB that hold headers", again("x\u{f3}( PaO\u{f3}(!".as_bytes())),
        ("ids of 16 KB in characters of two bytes", again("\u{f3}(!~~}~".as_bytes())),
        ("tag lists, empty tags", tag_list(b"\x9f\xff\xff", b"\0")),
        ("tag lists of 60 tags", tag_list(b"\x3c", b"\x01a")),
        ("tag lists in every header", again(b"\xb3\x20\x80\xbf\xff\xff\xbf\x00\x00")),
        ("tags that hold headers", again("\u{f3} \u{a0}~~~\u{f3} \u{a0}".as_bytes())),
        ("a header at the end of each claim", again(b"\xb3\x20\x00\x0c\xb3\x20\x00\x0c\xb3\x20\x00\x0c")),
        ("claims that end where a sound packet does", again(&claims_to_one_end())),
        (
            "sound packets with a wrong checksum",
            again(&with_checksum(packet(&Event::test("a").file("f", &b"x\n"[..])), 0)),
        ),
        ("long packets of noise with a wrong checksum", again(&broken_noise(size / 3))),
    ]
}

/// The largest length that a packet may have, if `length` is larger.
fn clamp(length: usize) -> u32 {
    u32::try_from(length.clamp(8, subunit_codec::MAX_LENGTH)).unwrap_or_default()
}

/// Headers with claims of all lengths, so that each ends inside others.
fn claims_inside_each_other(size: usize) -> Vec<u8> {
    let mut random = Random::new(5);
    let mut out = Vec::new();
    while out.len() < size {
        out.extend_from_slice(b"\xb3\x20\x00");
        out.extend_from_slice(&number(clamp(8 + random.below(1 + size / 10)), 3));
    }
    out
}

/// Two thousand headers that claim to end where one sound packet does.
fn claims_to_one_end() -> Vec<u8> {
    let sound = packet(&Event::test("a").file("f", vec![b'x'; 4000]));
    let mut block = Vec::new();
    for left in (1..=2000).rev() {
        block.extend_from_slice(b"\xb3\x20\x00");
        block.extend_from_slice(&number(clamp(6 * left + sound.len()), 3));
    }
    [&block[..], &sound, &packet(&Event::test("b"))].concat()
}

/// A packet of any bytes that has a wrong checksum.
fn broken_noise(length: usize) -> Vec<u8> {
    let length = length.min(subunit_codec::MAX_LENGTH - 100);
    with_checksum(packet(&Event::test("a").file("noise", Random::new(7).bytes(length))), 0)
}

/// Forty packets inside each other, all with right checksums, whose ids of half the stream end
/// inside a character.
///
/// # Panics
///
/// When the stream would be too short or too long for that.
#[must_use]
pub fn right_checksums(size: usize) -> Vec<u8> {
    const APART: usize = 256;
    // Lengths are text, too: 0xC2 begins a character that the first byte of the next number ends.
    // All packets have the same, so that they end as far apart as they begin.
    let (length, id) = ((size / 2) & !0xffff | 0x7ec2, (size / 2) & !0xffff | 0x7e20);
    let is_text = |length: usize| (1..0x80).contains(&(length >> 8 & 0xff));
    let mut stream = vec![b'x'; length + 100 * APART];
    let id_end = 10 + id;
    stream[id_end - 1..=id_end].copy_from_slice("é".as_bytes());
    let is_fit = |start: &usize| is_text(id_end - start - 9);
    let starts: Vec<_> = (1..).step_by(APART).take(100).filter(is_fit).take(40).collect();
    for start in &starts {
        let numbers = [number(clamp(length), 3), number(clamp(id_end - start - 9), 3)].concat();
        stream[start - 1..start + 9].copy_from_slice(&[b"\xc3\xb3\x28\xc2", &numbers[..]].concat());
    }
    for start in starts {
        let end = start + length;
        let checksum = crc32(&stream[start..end - 4]);
        stream[end - 4..end].copy_from_slice(&checksum.to_be_bytes());
    }
    stream
}
