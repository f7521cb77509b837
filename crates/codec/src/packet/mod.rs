//! A packet as bytes: checked once, then read without failure and forwarded untouched.
//!
//! Protocol, version 2, "packet":
//!
//! ```text
//! 0xB3  flags (2 bytes)  length (number)
//!       [timestamp] [test id] [tags] [MIME type] [file] [route code]  CRC-32
//! ```

pub(crate) mod calendar;
pub(crate) mod fields;
pub(crate) mod header;
pub(crate) mod layout;
pub(crate) mod number;
pub(crate) mod owned;
pub(crate) mod status;
pub(crate) mod tags;
pub(crate) mod timestamp;
pub(crate) mod validate;

use crate::error::{PacketError, PacketErrorKind as Kind};
use crate::event::{Event, File};
use crate::packet::header::{CHECKSUM, Header, flag};
use crate::packet::layout::Layout;
use crate::packet::status::Status;
use crate::packet::tags::Tags;
use crate::packet::timestamp::Timestamp;
use crate::packet::validate::{check, checked};

/// One packet of a version 2 stream: a view of bytes that were checked when it was made.
///
/// Accessors cannot fail. [`as_bytes`](Self::as_bytes) is exactly what was read, also where the
/// same event could be written in other bytes (numbers wider than needed, bytes after the last
/// field).
///
/// ```
/// use subunit_codec::{Packet, Status};
///
/// let packet = Packet::parse(b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b")?;
/// assert_eq!(packet.test_id(), Some("foo"));
/// assert_eq!(packet.status(), Some(Status::Exists));
/// assert!(packet.is_runnable());
/// # Ok::<(), subunit_codec::PacketError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    bytes: &'a [u8],
    layout: Layout,
}

impl<'a> Packet<'a> {
    /// Checks that `bytes` are one packet, all of it and nothing more.
    ///
    /// Bytes between the last field and the checksum are tolerated, as python-subunit does.
    ///
    /// # Errors
    ///
    /// When they are not: see [`PacketErrorKind`](crate::PacketErrorKind) for the ways. The first
    /// fault in the order of the bytes is the one reported, the checksum last.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, PacketError> {
        let packet = Self::parse_unsummed(bytes)?;
        let end = bytes.len() - CHECKSUM;
        let (computed, stored) = (crc32fast::hash(&bytes[..end]), stored_checksum(bytes));
        if checksums_match(computed, stored) {
            Ok(packet)
        } else {
            Err(PacketError::new(Kind::Checksum { computed, stored }, end))
        }
    }

    /// Checks that `bytes` begin with a packet: that packet, and the bytes behind it.
    ///
    /// ```
    /// use subunit_codec::Packet;
    ///
    /// let foo = b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b";
    /// let packets = foo.repeat(2);
    /// let (packet, rest) = Packet::split_first(&packets)?;
    /// assert_eq!((packet.as_bytes(), rest), (&foo[..], &foo[..]));
    /// # Ok::<(), subunit_codec::PacketError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), when they do not.
    pub fn split_first(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), PacketError> {
        let length = Header::read(bytes)?.map_or(bytes.len(), |header| header.length);
        let (packet, rest) = bytes.split_at(length.min(bytes.len()));
        Ok((Self::parse(packet)?, rest))
    }

    /// Checks all but the checksum.
    pub(crate) fn parse_unsummed(bytes: &'a [u8]) -> Result<Self, PacketError> {
        let truncated = PacketError::new(Kind::Truncated, bytes.len());
        let header = Header::read(bytes)?.ok_or(truncated)?;
        if bytes.len() > header.length {
            return Err(PacketError::new(Kind::Length, 3));
        }
        let layout = check(bytes, &header)?.filter(|_| bytes.len() == header.length);
        Ok(Self { bytes, layout: layout.ok_or(truncated)? })
    }

    /// A packet from bytes that were checked.
    #[inline]
    pub(crate) fn from_checked(bytes: &'a [u8], layout: Layout) -> Self {
        Self { bytes, layout }
    }

    /// The whole packet, from signature to checksum.
    #[must_use]
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// When the event happened.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        let (seconds, rest) = self.timestamp_field()?.split_first_chunk()?;
        let (nanoseconds, _) = number::read(rest)?;
        Timestamp::new(u32::from_be_bytes(*seconds), nanoseconds)
    }

    /// The test that the event is about; without one it is about the run as a whole.
    #[must_use]
    pub fn test_id(&self) -> Option<&'a str> {
        self.test_id_bytes().map(checked)
    }

    /// Whether the event is about a test.
    #[must_use]
    pub fn has_test_id(&self) -> bool {
        self.has(flag::TEST_ID)
    }

    /// Whether the event is about the test of this id.
    ///
    /// ```
    /// use subunit_codec::Packet;
    ///
    /// let packet = Packet::parse(b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b")?;
    /// assert!(packet.is_about("foo"));
    /// assert!(!packet.is_about("fo") && !packet.is_about(""));
    /// # Ok::<(), subunit_codec::PacketError>(())
    /// ```
    #[must_use]
    pub fn is_about(&self, test_id: &str) -> bool {
        self.test_id_bytes() == Some(test_id.as_bytes())
    }

    /// The status that the test now has.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        Status::from_flags(self.flags())
    }

    /// The tags in the order written. `None` says nothing of tags, an empty list takes earlier ones
    /// back.
    #[must_use]
    pub fn tags(&self) -> Option<Tags<'a>> {
        self.tags_field().map(Tags::read)
    }

    /// Whether the test can be run by itself.
    #[must_use]
    pub fn is_runnable(&self) -> bool {
        self.has(flag::RUNNABLE)
    }

    /// The MIME type of the file that the packet carries a part of.
    #[must_use]
    pub fn mime_type(&self) -> Option<&'a str> {
        self.mime_type_bytes().map(checked)
    }

    /// The name of the file that the packet carries a part of.
    #[must_use]
    pub fn file_name(&self) -> Option<&'a str> {
        self.file().map(|(name, _)| checked(name))
    }

    /// The part of the file that the packet carries; `None` exactly when there is no file name.
    #[must_use]
    pub fn file_bytes(&self) -> Option<&'a [u8]> {
        self.file().map(|(_, bytes)| bytes)
    }

    /// Whether the file ends with this part.
    #[must_use]
    pub fn is_eof(&self) -> bool {
        self.has(flag::EOF)
    }

    /// The way the packet took through multiplexers, outermost first, parts separated by `/`.
    #[must_use]
    pub fn route_code(&self) -> Option<&'a str> {
        self.route_code_bytes().map(checked)
    }

    #[inline]
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// What the packet means, borrowed from it.
    ///
    /// ```
    /// use subunit_codec::{Event, Packet, Status};
    ///
    /// let packet = Packet::parse(b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b")?;
    /// assert_eq!(packet.to_event(), Event::test("foo").status(Status::Exists));
    /// # Ok::<(), subunit_codec::PacketError>(())
    /// ```
    #[must_use]
    pub fn to_event(&self) -> Event<'a> {
        Event {
            timestamp: self.timestamp(),
            test_id: self.test_id().map(Into::into),
            status: self.status(),
            tags: self.tags().map(|tags| tags.map(Into::into).collect()),
            runnable: self.is_runnable(),
            mime_type: self.mime_type().map(Into::into),
            file: self
                .file_name()
                .zip(self.file_bytes())
                .map(|(name, bytes)| File { name: name.into(), bytes: bytes.into() }),
            eof: self.is_eof(),
            route_code: self.route_code().map(Into::into),
        }
    }
}

/// The checksum at the end of a whole packet.
pub(crate) fn stored_checksum(packet: &[u8]) -> u32 {
    let bytes = packet.last_chunk().expect("a packet is longer than its checksum");
    u32::from_be_bytes(*bytes)
}

/// Whether a packet's checksum is right. When fuzzing, any is: a fuzzer cannot guess CRCs.
pub(crate) fn checksums_match(computed: u32, stored: u32) -> bool {
    cfg!(fuzzing) || computed == stored
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::header::SIGNATURE;
    use crate::packet::validate::{Span, check_early, check_text};

    /// The protocol's own example: the test `foo` exists.
    const FOO: [u8; 12] = *b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b";

    /// A packet of these flags and fields, with a length of one byte and the right checksum.
    fn packet(flags: u16, fields: &[u8]) -> Vec<u8> {
        let length = u8::try_from(fields.len() + 8).unwrap();
        let mut out = [&[SIGNATURE], &flags.to_be_bytes()[..], &[length], fields].concat();
        out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
        out
    }

    fn fault(bytes: &[u8]) -> (Kind, usize) {
        let error = Packet::parse(bytes).unwrap_err();
        (error.kind(), error.offset())
    }

    #[test]
    fn the_protocols_example_is_read() {
        let packet = Packet::parse(&FOO).unwrap();
        assert_eq!(packet.to_event(), Event::test("foo").status(Status::Exists));
        assert_eq!(packet.as_bytes(), FOO);
    }

    #[test]
    fn every_field_is_read() {
        let fields = b"\x01\x02\x03\x04\x40\x05\x02id\x02\x01t\x00\x03a/b\x01f\x03x\0z\x030/1";
        let bytes = packet(0x2ff6, fields);
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!(packet.timestamp(), Timestamp::new(0x0102_0304, 5));
        assert_eq!(packet.test_id(), Some("id"));
        assert_eq!(packet.status(), Some(Status::Fail));
        assert_eq!(packet.tags().map(Iterator::collect), Some(vec!["t", ""]));
        assert!(packet.is_runnable());
        assert_eq!(packet.mime_type(), Some("a/b"));
        assert_eq!((packet.file_name(), packet.file_bytes()), (Some("f"), Some(&b"x\0z"[..])));
        assert!(packet.is_eof());
        assert_eq!(packet.route_code(), Some("0/1"));
    }

    #[test]
    fn a_packet_without_fields_is_read() {
        let bytes = packet(0x2000, b"");
        assert_eq!(Packet::parse(&bytes).unwrap().to_event(), Event::default());
    }

    #[test]
    fn no_tags_and_an_empty_list_of_tags_are_two_things() {
        let (none, empty) = (packet(0x2000, b""), packet(0x2080, b"\0"));
        assert_eq!(Packet::parse(&none).unwrap().tags().map(|tags| tags.len()), None);
        assert_eq!(Packet::parse(&empty).unwrap().tags().map(|tags| tags.len()), Some(0));
    }

    #[test]
    fn numbers_of_any_width_are_read() {
        for (length, id) in [
            (&b"\x40\x0d"[..], &b"\x03foo"[..]),
            (b"\x80\x00\x0e", b"\x03foo"),
            (b"\xc0\x00\x00\x0f", b"\x03foo"),
            (b"\x0d", b"\x40\x03foo"),
            (b"\x0e", b"\x80\x00\x03foo"),
            (b"\x0f", b"\xc0\x00\x00\x03foo"),
        ] {
            let mut bytes = [b"\xb3\x29\x01", length, id].concat();
            bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
            assert_eq!(Packet::parse(&bytes).unwrap().test_id(), Some("foo"), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn bytes_after_the_last_field_are_kept() {
        let bytes = packet(0x2901, b"\x03footrailer");
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!((packet.test_id(), packet.as_bytes()), (Some("foo"), &bytes[..]));
    }

    #[test]
    fn a_header_that_is_none_is_told_with_its_place() {
        for (bytes, kind, offset) in [
            (&b"\xb4\x29\x01\x0c"[..], Kind::Signature, 0),
            (b"\xb3\x19\x01\x0c", Kind::Version, 1),
            (b"\xb3\x39\x01\x0c", Kind::Version, 1),
            (b"\xb3\x29\x09\x0c", Kind::ReservedBit, 2),
            (b"\xb3\x20\x00\x07\0\0\0\0", Kind::Length, 3),
            (b"\xb3\x20\x00\x40\x08\0\0\0\0", Kind::Length, 3),
            (b"\xb3\x20\x00\xc0\x40\x00\x00", Kind::Length, 3),
            (b"\xb3\x20\x00\xc0\x40", Kind::Length, 3),
            (b"\xb3\x20\x00\xc1", Kind::Length, 3),
        ] {
            assert_eq!(fault(bytes), (kind, offset), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn more_or_fewer_bytes_than_the_packet_has_are_told() {
        for end in 0..FOO.len() {
            assert_eq!(fault(&FOO[..end]), (Kind::Truncated, end));
        }
        assert_eq!(fault(&[&FOO[..], b"\n"].concat()), (Kind::Length, 3));
    }

    #[test]
    fn a_field_that_runs_past_the_end_is_told_with_its_place() {
        for (flags, fields, offset) in [
            (0x2800, &b""[..], 4),
            (0x2800, b"\x04foo", 5),
            (0x2800, b"\x40", 4),
            (0x2200, b"\0\0\0", 4),
            (0x2200, b"\0\0\0\0", 8),
            (0x2080, b"\x02\x01a", 7),
            (0x2080, b"\x05\x01a", 5),
            (0x2080, b"\xff\xff\xff\xff", 8),
            (0x2020, b"\x01", 5),
            (0x2040, b"\x01f", 6),
            (0x2040, b"\x01f\x04foo", 7),
            (0x2400, b"\x020", 5),
            (0x2c00, b"\x01a", 6),
        ] {
            assert_eq!(fault(&packet(flags, fields)), (Kind::Field, offset), "{flags:04x} {}", fields.escape_ascii());
        }
    }

    #[test]
    fn a_string_that_is_none_is_told_with_its_place() {
        for (flags, fields, kind, offset) in [
            (0x2800, &b"\x04caf\xc3"[..], Kind::Utf8, 8),
            (0x2800, b"\x03a\xb3b", Kind::Utf8, 6),
            (0x2800, b"\x03a\0b", Kind::Nul, 6),
            (0x2800, b"\x03\0\xff\xff", Kind::Nul, 5),
            (0x2800, b"\x03\xff\0\0", Kind::Utf8, 5),
            (0x2080, b"\x02\x01a\x01\xff", Kind::Utf8, 8),
            (0x2020, b"\x01\0", Kind::Nul, 5),
            (0x2040, b"\x01\0\x01f", Kind::Nul, 5),
            (0x2400, b"\x01\xff", Kind::Utf8, 5),
        ] {
            assert_eq!(fault(&packet(flags, fields)), (kind, offset), "{flags:04x} {}", fields.escape_ascii());
        }
    }

    #[test]
    fn a_wrong_checksum_is_told_with_both() {
        let mut bytes = FOO;
        bytes[8..].copy_from_slice(b"abcd");
        assert_eq!(fault(&bytes), (Kind::Checksum { computed: 0x0855_5f1b, stored: 0x6162_6364 }, 8));
    }

    #[test]
    fn what_is_there_of_a_packet_is_sound_up_to_its_first_fault() {
        let header = Header::read(&FOO).unwrap().unwrap();
        for end in 4..FOO.len() {
            let check = |span: Span, bytes: &[u8]| {
                let whole = bytes.len() >= span.end as usize;
                check_text(&bytes[span.start as usize..bytes.len().min(span.end as usize)], whole)
                    .map(|_| whole)
                    .map_err(|(kind, at)| (kind, at + span.start as usize))
            };
            assert_eq!(check_early(&FOO[..end], &header, check), Ok(()), "the first {end} bytes");
        }
    }
}
