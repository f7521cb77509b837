//! Packets out: forwarded as they came, or written from events.

use std::io::{self, Write};
use std::mem;

use crate::error::{EncodeError, EncodeErrorKind as Kind};
use crate::event::Event;
use crate::number;
use crate::packet::{CHECKSUM, MAX_LENGTH, Packet, SIGNATURE, flag};
use crate::status::Status;

/// Appends `event` to `out` as a packet, or as several when its file is too long for one.
///
/// The pieces of a long file are whole packets, each with the event's test id, tags, MIME type, route code and timestamp; status
/// and end of file are on the last. Numbers are written in their shortest width.
///
/// # Errors
///
/// When a string holds a NUL byte, or the event is too long even without its file. Nothing is appended then.
///
/// ```
/// use subunit_codec::{Event, Status, encode};
///
/// let mut out = Vec::new();
/// encode(&Event::test("foo").status(Status::Exists), &mut out)?;
/// assert_eq!(out, b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b");
/// # Ok::<(), subunit_codec::EncodeError>(())
/// ```
pub fn encode(event: &Event<'_>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    check_strings(event)?;
    let content: &[u8] = event.file.as_ref().map_or(&[], |file| &file.bytes);
    // At its longest, a number for the content takes three bytes, and so does the packet's length.
    let most = MAX_LENGTH.checked_sub(3 + 3 + 3 + CHECKSUM + fields_length(event));
    let most = most.filter(|most| *most > 0).ok_or(EncodeError::new(Kind::TooLong, "event"))?;
    let mut rest = content;
    while rest.len() > most {
        let (piece, after) = rest.split_at(most);
        write_packet(event, piece, false, out);
        rest = after;
    }
    write_packet(event, rest, true, out);
    Ok(())
}

fn check_strings(event: &Event<'_>) -> Result<(), EncodeError> {
    let check = |field, string: &str| {
        if string.as_bytes().contains(&0) { Err(EncodeError::new(Kind::Nul, field)) } else { Ok(()) }
    };
    event.test_id.as_deref().map_or(Ok(()), |id| check("test id", id))?;
    event.tags.iter().flatten().try_for_each(|tag| check("tag", tag))?;
    event.mime_type.as_deref().map_or(Ok(()), |mime_type| check("MIME type", mime_type))?;
    event.file.as_ref().map_or(Ok(()), |file| check("file name", &file.name))?;
    event.route_code.as_deref().map_or(Ok(()), |code| check("route code", code))
}

/// The bytes that all fields but the file's content take.
fn fields_length(event: &Event<'_>) -> usize {
    let number = |value: usize| number::width(u32::try_from(value).unwrap_or(number::MAX));
    let string = |string: &str| number(string.len()) + string.len();
    let optional = |field: Option<&str>| field.map_or(0, string);
    event.timestamp.map_or(0, |time| 4 + number::width(time.nanoseconds()))
        + optional(event.test_id.as_deref())
        + event.tags.as_ref().map_or(0, |tags| number(tags.len()) + tags.iter().map(|tag| string(tag)).sum::<usize>())
        + optional(event.mime_type.as_deref())
        + optional(event.file.as_ref().map(|file| &*file.name))
        + optional(event.route_code.as_deref())
}

/// Writes one packet with `content` as its file's part. All lengths were checked.
fn write_packet(event: &Event<'_>, content: &[u8], is_last: bool, out: &mut Vec<u8>) {
    let file = event.file.as_ref().map(|file| (&*file.name, content));
    let file_length = file.map_or(0, |_| length_number(content.len()).1 + content.len());
    let fixed = 3 + fields_length(event) + file_length + CHECKSUM;
    let length_width = (1..=3).find(|width| number::width(length_number(fixed + width).0) <= *width).unwrap_or(3);

    let start = out.len();
    out.reserve(fixed + length_width);
    out.push(SIGNATURE);
    out.extend_from_slice(&flags(event, is_last).to_be_bytes());
    number::write_in(length_number(fixed + length_width).0, length_width, out);
    if let Some(time) = event.timestamp {
        out.extend_from_slice(&time.seconds().to_be_bytes());
        number::write(time.nanoseconds(), out);
    }
    if let Some(id) = &event.test_id {
        write_bytes(id.as_bytes(), out);
    }
    if let Some(tags) = &event.tags {
        number::write(length_number(tags.len()).0, out);
        for tag in tags {
            write_bytes(tag.as_bytes(), out);
        }
    }
    if let Some(mime_type) = &event.mime_type {
        write_bytes(mime_type.as_bytes(), out);
    }
    if let Some((name, content)) = file {
        write_bytes(name.as_bytes(), out);
        write_bytes(content, out);
    }
    if let Some(code) = &event.route_code {
        write_bytes(code.as_bytes(), out);
    }
    let checksum = crc32fast::hash(&out[start..]);
    out.extend_from_slice(&checksum.to_be_bytes());
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

/// A length in a packet as the protocol's number, and the number's width.
fn length_number(length: usize) -> (u32, usize) {
    let value = u32::try_from(length).expect("lengths were checked against the packet limit");
    (value, number::width(value))
}

fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    number::write(length_number(bytes.len()).0, out);
    out.extend_from_slice(bytes);
}

/// Writes packets to `W`, whole ones only: each write ends where a packet does.
///
/// Small packets are gathered; call [`flush`](Self::flush) before anything that may block, or they are not seen meanwhile. What
/// was not flushed is lost when the encoder is dropped. Packets longer than the gathered bytes may be are written straight from
/// where they are.
///
/// ```
/// use subunit_codec::{Encoder, Event, Status};
///
/// let mut encoder = Encoder::new(Vec::new());
/// encoder.write(&Event::test("foo").status(Status::Exists))?;
/// encoder.flush()?;
/// assert_eq!(encoder.into_inner(), b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Encoder<W> {
    output: W,
    gathered: Vec<u8>,
}

impl<W: Write> Encoder<W> {
    /// Gathered packets are written when they reach this many bytes.
    const FULL: usize = 1 << 16;

    /// An encoder that writes to `output`, which needs no buffer of its own.
    pub fn new(output: W) -> Self {
        Self { output, gathered: Vec::with_capacity(Self::FULL) }
    }

    /// Forwards a packet, byte for byte.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn forward(&mut self, packet: &Packet<'_>) -> io::Result<()> {
        self.forward_bytes(packet.as_bytes())
    }

    /// Forwards bytes that are whole packets, such as were kept from [`Packet::as_bytes`].
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn forward_bytes(&mut self, packets: &[u8]) -> io::Result<()> {
        if self.gathered.len() + packets.len() > Self::FULL {
            self.write_gathered()?;
            if packets.len() >= Self::FULL {
                return self.output.write_all(packets);
            }
        }
        self.gathered.extend_from_slice(packets);
        Ok(())
    }

    /// Writes an event, as [`encode`] does.
    ///
    /// # Errors
    ///
    /// When writing fails, or with an [`EncodeError`] inside when the event cannot be written.
    pub fn write(&mut self, event: &Event<'_>) -> io::Result<()> {
        encode(event, &mut self.gathered)?;
        if self.gathered.len() >= Self::FULL {
            self.write_gathered()?;
        }
        Ok(())
    }

    /// Hands everything on.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn flush(&mut self) -> io::Result<()> {
        self.write_gathered()?;
        self.output.flush()
    }

    /// The output, without what was not flushed.
    pub fn into_inner(self) -> W {
        self.output
    }

    fn write_gathered(&mut self) -> io::Result<()> {
        let mut gathered = mem::take(&mut self.gathered);
        let result = self.output.write_all(&gathered);
        gathered.clear();
        gathered.shrink_to(2 * Self::FULL);
        self.gathered = gathered;
        result
    }
}
