//! Where in a packet its fields are: all that has to be checked but the checksum.

use std::str;

use crate::error::{PacketError, PacketErrorKind as Kind};
use crate::number;
use crate::packet::{CHECKSUM, MAX_LENGTH, SIGNATURE};

/// The shortest packet: signature, flags, length and checksum.
const MIN_LENGTH: usize = 8;

/// Tags past this many are checked when the whole packet is there and not as its bytes come; otherwise a stream of false headers
/// with endless lists of tags would take time quadratic in its length.
const TAGS_CHECKED_EARLY: usize = 64;

pub(crate) mod flag {
    pub(crate) const VERSION: u16 = 0x2000;
    pub(crate) const TEST_ID: u16 = 0x0800;
    pub(crate) const ROUTE_CODE: u16 = 0x0400;
    pub(crate) const TIMESTAMP: u16 = 0x0200;
    pub(crate) const RUNNABLE: u16 = 0x0100;
    pub(crate) const TAGS: u16 = 0x0080;
    pub(crate) const FILE: u16 = 0x0040;
    pub(crate) const MIME_TYPE: u16 = 0x0020;
    pub(crate) const EOF: u16 = 0x0010;
    pub(crate) const RESERVED: u16 = 0x0008;
}

/// What every packet starts with: signature, flags and length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) flags: u16,
    /// The length of the packet.
    pub(crate) length: usize,
    /// The length of the header.
    size: usize,
}

impl Header {
    /// Reads the header at the start of `bytes`; `None` when they end inside it and all of them could belong to one.
    pub(crate) fn read(bytes: &[u8]) -> Result<Option<Self>, PacketError> {
        let at = |offset: usize| bytes.get(offset).copied();
        let fault = |kind, offset| Err(PacketError::new(kind, offset));
        let Some(signature) = at(0) else { return Ok(None) };
        if signature != SIGNATURE {
            return fault(Kind::Signature, 0);
        }
        let Some(high) = at(1) else { return Ok(None) };
        if high >> 4 != 2 {
            return fault(Kind::Version, 1);
        }
        let Some(low) = at(2) else { return Ok(None) };
        let flags = u16::from_be_bytes([high, low]);
        if flags & flag::RESERVED != 0 {
            return fault(Kind::ReservedBit, 2);
        }
        let Some(first) = at(3) else { return Ok(None) };
        let width = number::width_from_first(first);
        if width == 4 && (first & 0x3f != 0 || at(4).is_some_and(|second| second >= 0x40)) {
            return fault(Kind::Length, 3);
        }
        let Some((length, _)) = number::read(&bytes[3..]) else { return Ok(None) };
        let (length, size) = (length as usize, 3 + width);
        if length < MIN_LENGTH.max(size + CHECKSUM) || length > MAX_LENGTH {
            return fault(Kind::Length, 3);
        }
        Ok(Some(Self { flags, length, size }))
    }
}

/// Where in a packet each field starts. One that is not there starts where the next one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fields {
    pub(crate) flags: u16,
    pub(crate) timestamp: u32,
    pub(crate) test_id: u32,
    pub(crate) tags: u32,
    pub(crate) mime_type: u32,
    pub(crate) file: u32,
    pub(crate) route_code: u32,
    /// Where the last field ends.
    pub(crate) end: u32,
}

impl Fields {
    /// Reads the fields of a packet whose first bytes are `bytes`; `None` when these end before the fields do.
    pub(crate) fn read(bytes: &[u8], header: &Header) -> Result<Option<Self>, PacketError> {
        let check = |span: Span, bytes: &[u8]| {
            let whole = bytes.len() >= span.end as usize;
            let string = &bytes[span.start as usize..bytes.len().min(span.end as usize)];
            check_text(string, whole).map(|_| whole).map_err(|(kind, at)| (kind, at + span.start as usize))
        };
        Walk::new(bytes, header, check).fields(header.flags, usize::MAX)
    }

    /// Whether the bytes of a packet that are there, `bytes`, are sound as far as they go. `check` looks at each string that is not
    /// short and plain, as [`Walk::check`] says.
    pub(crate) fn check_early(
        bytes: &[u8],
        header: &Header,
        check: impl FnMut(Span, &[u8]) -> Result<bool, (Kind, usize)>,
    ) -> Result<(), PacketError> {
        Walk::new(bytes, header, check).fields(header.flags, TAGS_CHECKED_EARLY).map(|_| ())
    }

    /// Whether the packet has the field of this flag.
    pub(crate) fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }
}

/// A range of bytes in a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A place in a packet, which 22 bits hold.
#[expect(clippy::cast_possible_truncation, reason = "offsets in a packet are below 4 MiB")]
fn place(at: usize) -> u32 {
    at as u32
}

/// A walk through the fields ended early: at a fault, or where the bytes do.
struct Stop;

/// A walk through the fields of a packet, some of whose bytes may still be missing.
struct Walk<'a, Check> {
    /// All bytes that are there.
    bytes: &'a [u8],
    /// Those of them that come before the checksum.
    fields: &'a [u8],
    at: usize,
    /// Where the checksum starts.
    end: usize,
    /// Is told where in the bytes a string is and says whether all of it is there; its error holds an offset in the packet.
    check: Check,
    /// Why this is no packet.
    fault: Option<(Kind, usize)>,
}

impl<'a, Check: FnMut(Span, &[u8]) -> Result<bool, (Kind, usize)>> Walk<'a, Check> {
    fn new(bytes: &'a [u8], header: &Header, check: Check) -> Self {
        let end = header.length - CHECKSUM;
        Self { bytes, fields: &bytes[..bytes.len().min(end)], at: header.size, end, check, fault: None }
    }

    /// Goes through the fields in order, as far as the bytes go: `None` when they end first, or when there are more than `most_tags`.
    fn fields(mut self, flags: u16, most_tags: usize) -> Result<Option<Fields>, PacketError> {
        let fields = self.read_in_order(flags, most_tags);
        self.fault.map_or(Ok(fields.ok()), |(kind, offset)| Err(PacketError::new(kind, offset)))
    }

    fn read_in_order(&mut self, flags: u16, most_tags: usize) -> Result<Fields, Stop> {
        let has = |field| flags & field != 0;
        let timestamp = place(self.at);
        if has(flag::TIMESTAMP) {
            self.take(4)?;
            self.number()?;
        }
        let test_id = place(self.at);
        if has(flag::TEST_ID) {
            self.string()?;
        }
        let tags = place(self.at);
        if has(flag::TAGS) {
            self.tags(most_tags)?;
        }
        let mime_type = place(self.at);
        if has(flag::MIME_TYPE) {
            self.string()?;
        }
        let file = place(self.at);
        if has(flag::FILE) {
            self.string()?;
            self.content()?;
        }
        let route_code = place(self.at);
        if has(flag::ROUTE_CODE) {
            self.string()?;
        }
        Ok(Fields { flags, timestamp, test_id, tags, mime_type, file, route_code, end: place(self.at) })
    }

    #[inline]
    fn number(&mut self) -> Result<usize, Stop> {
        match self.fields.get(self.at..).and_then(number::read) {
            Some((value, width)) => {
                self.at += width;
                Ok(value as usize)
            }
            None => Err(self.no_number()),
        }
    }

    #[cold]
    fn no_number(&mut self) -> Stop {
        let width = self.fields.get(self.at).map_or(1, |first| number::width_from_first(*first));
        self.missing(width)
    }

    /// The next `length` bytes.
    #[inline]
    fn take(&mut self, length: usize) -> Result<&'a [u8], Stop> {
        let Some(bytes) = self.fields.get(self.at..self.at + length) else { return Err(self.missing(length)) };
        self.at += length;
        Ok(bytes)
    }

    /// So many bytes are not there: that is a fault where the packet has no room for them.
    #[cold]
    fn missing(&mut self, length: usize) -> Stop {
        if length > self.end - self.at {
            self.fault = Some((Kind::Field, self.at));
        }
        Stop
    }

    /// Skips a file's content, there or not.
    fn content(&mut self) -> Result<(), Stop> {
        let length = self.number()?;
        if length > self.end - self.at {
            return Err(self.missing(length));
        }
        self.at += length;
        Ok(())
    }

    #[inline]
    fn string(&mut self) -> Result<(), Stop> {
        let length = self.number()?;
        match self.fields.get(self.at..self.at + length) {
            Some(string) if is_short_and_plain(string) => {
                self.at += length;
                Ok(())
            }
            _ => self.other_string(length),
        }
    }

    /// A string that is long, holds more than ASCII, or is not all there.
    #[cold]
    fn other_string(&mut self, length: usize) -> Result<(), Stop> {
        if length > self.end - self.at || self.at > self.bytes.len() {
            return Err(self.missing(length));
        }
        let span = Span { start: place(self.at), end: place(self.at + length) };
        self.at += length;
        match (self.check)(span, self.bytes) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Stop),
            Err(fault) => {
                self.fault = Some(fault);
                Err(Stop)
            }
        }
    }

    fn tags(&mut self, most: usize) -> Result<(), Stop> {
        let count = self.number()?;
        if count > self.end - self.at {
            return Err(self.missing(count));
        }
        for _ in 0..count.min(most) {
            self.string()?;
        }
        if count > most { Err(Stop) } else { Ok(()) }
    }
}

/// Whether a string is as nearly all are: short, plain ASCII, without NUL.
#[inline]
fn is_short_and_plain(string: &[u8]) -> bool {
    const LOWEST: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHEST: u64 = u64::from_ne_bytes([0x80; 8]);
    // Of eight bytes at a time: has one of them the highest bit, or gets it when 1 is taken from each?
    let other = |word: &[u8; 8]| {
        let word = u64::from_ne_bytes(*word);
        (word | word.wrapping_sub(LOWEST)) & HIGHEST
    };
    match string.last_chunk() {
        Some(last) if string.len() <= 256 => {
            let (words, _) = string.as_chunks();
            words.iter().fold(other(last), |sum, word| sum | other(word)) == 0
        }
        Some(_) => false,
        None => string.iter().all(|byte| matches!(byte, 0x01..0x80)),
    }
}

/// Checks the start of a string, or all of it when `whole`: how many bytes of it are whole characters, or the first fault.
pub(crate) fn check_text(bytes: &[u8], whole: bool) -> Result<usize, (Kind, usize)> {
    let (good, fault) = match str::from_utf8(bytes) {
        Ok(_) => (bytes.len(), false),
        Err(error) => (error.valid_up_to(), whole || error.error_len().is_some()),
    };
    if let Some(nul) = memchr::memchr(0, &bytes[..good]) {
        return Err((Kind::Nul, nul));
    }
    if fault { Err((Kind::Utf8, good)) } else { Ok(good) }
}
