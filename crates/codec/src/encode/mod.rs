//! Packets written from events.

pub(crate) mod edit;
pub(crate) mod encoder;
mod fields;

use bytes::BufMut;

use crate::encode::fields::{
    MOST_AROUND, length_number, number_length, packet_length, string_length, timestamp_length, write_bytes,
    write_checksum, write_header, write_tags, write_timestamp,
};
use crate::error::{EncodeError, EncodeErrorKind as Kind};
use crate::event::Event;
use crate::packet::header::{CHECKSUM, MAX_LENGTH, flag};
use crate::packet::number;
use crate::packet::status::Status;
use crate::packet::validate::has_nul;

/// Appends `event` to `out` as a packet, or as several if its file is too long for one.
///
/// `out` is anything that implements [`BufMut`]: a `Vec<u8>`, a `BytesMut`, a slice. The pieces of
/// a long file are whole packets, each with the event's test id, tags, MIME type, route code and
/// timestamp; status and end of file are on the last. Numbers are written in their shortest width.
///
/// # Errors
///
/// If a string holds a NUL byte, if the event is too long even without its file, and if `out`
/// cannot grow and has no room for it. Nothing is appended then.
///
/// ```
/// use bytes::BytesMut;
/// use subunit_codec::{Event, Status, encode};
///
/// let mut out = BytesMut::new();
/// encode(&Event::test("foo").status(Status::Exists), &mut out)?;
/// assert_eq!(&out[..], b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b");
/// # Ok::<(), subunit_codec::EncodeError>(())
/// ```
pub fn encode(event: &Event<'_>, out: &mut impl BufMut) -> Result<(), EncodeError> {
    let split = Split::of(event)?;
    let mut length = 0;
    split.for_each(event, |content, _| length += packet_length(split.fields + content_length(event, content)).0);
    if out.remaining_mut() < length {
        return Err(EncodeError::new(Kind::NoRoom, "event"));
    }
    let mut scratch = Vec::new();
    split.for_each(event, |content, is_last| put_packet(event, split.fields, content, is_last, &mut scratch, out));
    Ok(())
}

/// As [`encode`], without a copy, because the checksum can be computed from the bytes in `out`:
/// 92 ns for a small packet, not 125.
pub(crate) fn encode_to_vec(event: &Event<'_>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let split = Split::of(event)?;
    split.for_each(event, |content, is_last| write_packet(event, split.fields, content, is_last, out));
    Ok(())
}

/// How an event becomes packets.
#[derive(Clone, Copy, Debug)]
struct Split {
    /// The bytes that all fields but the file's content take.
    fields: usize,
    /// How many bytes of its file one packet can hold.
    most: usize,
}

impl Split {
    fn of(event: &Event<'_>) -> Result<Self, EncodeError> {
        let fields = fields_length(event)?;
        let most = most_content(event, fields).ok_or(EncodeError::new(Kind::TooLong, "event"))?;
        Ok(Self { fields, most })
    }

    /// Calls `write` with the part of the file that each packet gets, and whether it is the last.
    fn for_each(&self, event: &Event<'_>, mut write: impl FnMut(&[u8], bool)) {
        let mut rest: &[u8] = event.file.as_ref().map_or(&[], |file| &file.bytes);
        while rest.len() > self.most {
            let (piece, after) = rest.split_at(self.most);
            write(piece, false);
            rest = after;
        }
        write(rest, true);
    }
}

/// How many bytes of its file one packet of the event can hold, whose other fields take `fields`
/// bytes; `None` when the event is too long even without them.
fn most_content(event: &Event<'_>, fields: usize) -> Option<usize> {
    // The length of the longest packet takes three bytes.
    let room = MAX_LENGTH.checked_sub(3 + 3 + fields + CHECKSUM)?;
    let Some(file) = &event.file else { return Some(0) };
    // The content comes after a number of one to three bytes, which has to be wide enough for it.
    let in_width = |width| Some(room.checked_sub(width)?.min(number::most(width)));
    (1..=3).filter_map(in_width).max().filter(|most| *most > 0 || file.bytes.is_empty())
}

/// The bytes that all fields but the file's content take, whose strings are checked.
fn fields_length(event: &Event<'_>) -> Result<usize, EncodeError> {
    let string = |field, string: &str| {
        if has_nul(string.as_bytes()) { Err(EncodeError::new(Kind::Nul, field)) } else { Ok(string_length(string)) }
    };
    let mut length = 0;
    if let Some(time) = event.timestamp {
        length += timestamp_length(time);
    }
    if let Some(id) = &event.test_id {
        length += string("test id", id)?;
    }
    if let Some(tags) = &event.tags {
        length += number_length(tags.len());
        for tag in tags {
            length += string("tag", tag)?;
        }
    }
    if let Some(mime_type) = &event.mime_type {
        length += string("MIME type", mime_type)?;
    }
    if let Some(file) = &event.file {
        length += string("file name", &file.name)?;
    }
    if let Some(code) = &event.route_code {
        length += string("route code", code)?;
    }
    Ok(length)
}

/// Writes one packet with `content` as its file's part; its other fields take `fields` bytes. All
/// lengths were checked.
fn write_packet(event: &Event<'_>, fields: usize, content: &[u8], is_last: bool, out: &mut Vec<u8>) {
    let (start, fields) = (out.len(), fields + content_length(event, content));
    out.reserve(fields + MOST_AROUND);
    write_before_content(event, fields, content, is_last, out);
    out.extend_from_slice(content);
    write_after_content(event, out);
    write_checksum(start, out);
}

/// As [`write_packet`], into a buffer that cannot be read. `scratch` is room for all but the
/// content: that goes straight into the buffer, unless a copy costs less than a packet in pieces.
fn put_packet(
    event: &Event<'_>,
    fields: usize,
    content: &[u8],
    is_last: bool,
    scratch: &mut Vec<u8>,
    out: &mut impl BufMut,
) {
    const SMALL: usize = 1024;
    scratch.clear();
    if content.len() <= SMALL {
        write_packet(event, fields, content, is_last, scratch);
        return out.put_slice(scratch);
    }
    write_before_content(event, fields + content_length(event, content), content, is_last, scratch);
    let middle = scratch.len();
    write_after_content(event, scratch);
    let (before, after) = scratch.split_at(middle);
    let mut checksum = crc32fast::Hasher::new();
    for part in [before, content, after] {
        checksum.update(part);
        out.put_slice(part);
    }
    out.put_u32(checksum.finalize());
}

/// Writes what comes before the content of the file, in a packet whose fields take `fields` bytes.
fn write_before_content(event: &Event<'_>, fields: usize, content: &[u8], is_last: bool, out: &mut Vec<u8>) {
    write_header(flags(event, is_last), fields, out);
    if let Some(time) = event.timestamp {
        write_timestamp(time, out);
    }
    if let Some(id) = &event.test_id {
        write_bytes(id.as_bytes(), out);
    }
    if let Some(tags) = &event.tags {
        write_tags(tags, out);
    }
    if let Some(mime_type) = &event.mime_type {
        write_bytes(mime_type.as_bytes(), out);
    }
    if let Some(file) = &event.file {
        write_bytes(file.name.as_bytes(), out);
        number::write(length_number(content.len()), out);
    }
}

/// Writes what comes after the content of the file, but not the checksum.
fn write_after_content(event: &Event<'_>, out: &mut Vec<u8>) {
    if let Some(code) = &event.route_code {
        write_bytes(code.as_bytes(), out);
    }
}

/// The bytes that the content of a packet's file takes.
fn content_length(event: &Event<'_>, content: &[u8]) -> usize {
    if event.file.is_some() { number_length(content.len()) + content.len() } else { 0 }
}

fn flags(event: &Event<'_>, is_last: bool) -> u16 {
    let set = |is_set, flag| if is_set { flag } else { 0 };
    flag::VERSION
        | set(event.test_id.is_some(), flag::TEST_ID)
        | set(event.route_code.is_some(), flag::ROUTE_CODE)
        | set(event.timestamp.is_some(), flag::TIMESTAMP)
        | set(event.runnable, flag::RUNNABLE)
        | set(event.tags.is_some(), flag::TAGS)
        | set(event.file.is_some(), flag::FILE)
        | set(event.mime_type.is_some(), flag::MIME_TYPE)
        | set(event.eof && is_last, flag::EOF)
        | event.status.filter(|_| is_last).map_or(0, Status::bits)
}

/// What an event is written as, for tests.
#[cfg(test)]
pub(crate) fn encoded(event: &Event<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    encode_to_vec(event, &mut out).expect("tests encode what can be");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Packet;
    use crate::packet::timestamp::Timestamp;

    /// The packets that `bytes` are, one after the other.
    fn packets(mut bytes: &[u8]) -> Vec<Packet<'_>> {
        let mut packets = Vec::new();
        while !bytes.is_empty() {
            let header = crate::packet::header::Header::read(bytes).unwrap().unwrap();
            let (packet, rest) = bytes.split_at(header.length);
            packets.push(Packet::parse(packet).unwrap());
            bytes = rest;
        }
        packets
    }

    #[test]
    fn every_field_is_written_where_the_protocol_has_it() {
        let event = Event::test("id")
            .status(Status::Skip)
            .at(Timestamp::new(0x0102_0304, 5).unwrap())
            .tags(["t", "u"])
            .mime_type("a/b")
            .file("f", &b"xyz"[..])
            .eof()
            .route_code("0");
        let fields = b"\x01\x02\x03\x04\x05\x02id\x02\x01t\x01u\x03a/b\x01f\x03xyz\x010";
        let packet = encoded(&event);
        assert_eq!(packet[..4], [0xb3, 0x2f, 0xf5, 8 + 25], "signature, flags and length");
        assert_eq!(&packet[4..packet.len() - 4], fields);
        assert_eq!(Packet::parse(&packet).unwrap().to_event(), event);
    }

    #[test]
    fn lengths_take_as_few_bytes_as_they_can() {
        for (length, width) in [(54, 1), (55, 2), (16_372, 2), (16_373, 3)] {
            let mut event = Event::test("x".repeat(length));
            event.runnable = false;
            let packet = encoded(&event);
            assert_eq!(usize::from(packet[3] >> 6) + 1, width, "the packet has {} bytes", packet.len());
            assert!(Packet::parse(&packet).is_ok());
        }
    }

    #[test]
    fn a_long_file_is_split_and_ends_in_the_last_packet() {
        let content: Vec<u8> = (0..=u8::MAX).cycle().take(9_000_000).collect();
        let event = Event::test("a")
            .status(Status::Fail)
            .tags(["t"])
            .at(Timestamp::new(1, 2).unwrap())
            .mime_type("text/plain")
            .route_code("0")
            .file("log", &content[..])
            .eof();
        let out = encoded(&event);
        let packets = packets(&out);
        assert_eq!(packets.len(), 3);
        for (index, packet) in packets.iter().enumerate() {
            let is_last = index == 2;
            assert!(packet.as_bytes().len() <= MAX_LENGTH);
            assert_eq!(packet.status(), is_last.then_some(Status::Fail), "status in packet {index}");
            assert_eq!(packet.is_eof(), is_last, "end of file in packet {index}");
            let mut part = packet.to_event();
            (part.status, part.eof, part.file) = (event.status, event.eof, event.file.clone());
            assert_eq!(part, event, "everything else is in every packet");
        }
        let joined: Vec<u8> = packets.iter().filter_map(Packet::file_bytes).flatten().copied().collect();
        assert!(joined == content, "the pieces are the file");
    }

    #[test]
    fn a_packet_of_the_greatest_length_can_be_written_again() {
        // Signature, flags, length and checksum take ten bytes, the length of the id three.
        let longest = Event::test("x".repeat(MAX_LENGTH - 13));
        let packet = encoded(&longest);
        assert_eq!(packet.len(), MAX_LENGTH);
        assert_eq!(encoded(&Packet::parse(&packet).unwrap().to_event()), packet);
        for content in [0, 1, 63, 64, 65, 16_383, 16_384] {
            let file_length = 2 + number::width(u32::try_from(content).unwrap()) + content;
            let event = Event::test("x".repeat(MAX_LENGTH - 13 - file_length)).file("f", vec![b'y'; content]);
            assert_eq!(encoded(&event).len(), MAX_LENGTH, "with a file of {content} bytes");
        }
    }

    #[test]
    fn an_event_that_fits_no_packet_is_refused() {
        let mut out = b"before".to_vec();
        for event in [
            Event::test("x".repeat(MAX_LENGTH - 12)),
            Event::test("x".repeat(5 << 20)),
            Event::test("a").tags(vec!["t"; 3 << 20]),
            Event::test("x".repeat(MAX_LENGTH - 16)).file("f", &b"y"[..]),
        ] {
            let error = encode(&event, &mut out).unwrap_err();
            assert_eq!((error.kind(), error.field()), (Kind::TooLong, "event"));
        }
        assert_eq!(out, b"before", "nothing is written in part");
    }

    #[test]
    fn a_nul_in_any_string_is_refused() {
        let nul = "a\0b";
        for (event, field) in [
            (Event::test(nul), "test id"),
            (Event::test("a").tags(["t", nul]), "tag"),
            (Event::test("a").mime_type(nul), "MIME type"),
            (Event::test("a").file(nul, &b""[..]), "file name"),
            (Event::test("a").route_code(nul), "route code"),
        ] {
            let mut out = Vec::new();
            let error = encode(&event, &mut out).unwrap_err();
            assert_eq!((error.kind(), error.field()), (Kind::Nul, field));
            assert!(out.is_empty());
        }
        assert!(encode(&Event::test("a").file("f", &b"\0"[..]), &mut Vec::new()).is_ok(), "a file holds any bytes");
    }

    #[test]
    fn every_buffer_gets_the_same_bytes() {
        let long = Event::test("a").status(Status::Fail).file("log", vec![b'x'; 5_000_000]).eof().route_code("0");
        let short = Event::test("a").file("log", &b"no route"[..]).route_code("0");
        for event in [Event::default(), Event::test("a").tags(["t"]).route_code("0"), short, long] {
            let expected = encoded(&event);
            let (mut vec, mut chain) = (b"before".to_vec(), bytes::BytesMut::new().chain_mut(bytes::BytesMut::new()));
            encode(&event, &mut vec).unwrap();
            assert!(vec[6..] == expected, "a vector, behind what it held");
            encode(&event, &mut chain).unwrap();
            assert!(chain.first_ref()[..] == expected, "a chain of buffers");
            let mut room = vec![0; expected.len()];
            encode(&event, &mut &mut room[..]).unwrap();
            assert!(room == expected, "a slice");
        }
    }

    #[test]
    fn a_buffer_without_room_stays_as_it_is() {
        let event = Event::test("a").file("log", vec![b'x'; 5_000_000]);
        let mut room = vec![0; encoded(&event).len() - 1];
        let error = encode(&event, &mut &mut room[..]).unwrap_err();
        assert_eq!((error.kind(), error.field()), (Kind::NoRoom, "event"));
        assert_eq!(error.to_string(), "the buffer has no room for the event");
        assert!(room.iter().all(|byte| *byte == 0), "nothing is written in part");
    }
}
