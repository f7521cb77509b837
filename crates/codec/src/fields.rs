//! Where in a packet its fields are: all that has to be checked but the checksum.

use std::ops::Range;
use std::str;

use crate::error::{PacketError, PacketErrorKind as Kind};
use crate::number;
use crate::packet::{CHECKSUM, MAX_LENGTH, SIGNATURE};
use crate::timestamp::Timestamp;

/// The shortest packet: signature, flags, length and checksum.
const MIN_LENGTH: usize = 8;

/// Tags past this many are checked when the whole packet is there and not as its bytes come; otherwise a stream of false headers
/// with endless lists of tags would take time quadratic in its length.
const TAGS_CHECKED_EARLY: u32 = 64;

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

/// Where the fields of a packet are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fields {
    pub(crate) flags: u16,
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) test_id: Option<Span>,
    pub(crate) tags: Option<(u32, Span)>,
    pub(crate) mime_type: Option<Span>,
    pub(crate) file: Option<(Span, Span)>,
    pub(crate) route_code: Option<Span>,
}

impl Fields {
    /// Reads the fields of a packet whose first bytes are `bytes`; `None` when these end before the fields do.
    pub(crate) fn read(bytes: &[u8], header: &Header) -> Result<Option<Self>, PacketError> {
        let check = |span: Span, bytes: &[u8]| {
            let whole = bytes.len() >= span.end as usize;
            let string = &bytes[span.start as usize..bytes.len().min(span.end as usize)];
            check_text(string, whole).map(|_| whole).map_err(|(kind, at)| (kind, at + span.start as usize))
        };
        Self::walk(bytes, header, u32::MAX, check)
    }

    /// Whether the bytes of a packet that are there, `bytes`, are sound as far as they go. `check` looks at each string as
    /// [`walk`](Self::walk) says.
    pub(crate) fn check_early(
        bytes: &[u8],
        header: &Header,
        check: impl FnMut(Span, &[u8]) -> Result<bool, (Kind, usize)>,
    ) -> Result<(), PacketError> {
        Self::walk(bytes, header, TAGS_CHECKED_EARLY, check).map(|_| ())
    }

    /// Goes through the fields in order, as far as `bytes` go: `None` when they end first, or when there are more than
    /// `most_tags`.
    ///
    /// `check` is told where a string is and says whether all of it is there; its error holds an offset in the packet.
    fn walk(
        bytes: &[u8],
        header: &Header,
        most_tags: u32,
        mut check: impl FnMut(Span, &[u8]) -> Result<bool, (Kind, usize)>,
    ) -> Result<Option<Self>, PacketError> {
        let mut walk = Walk { bytes, at: header.size, end: header.length - CHECKSUM, fault: None };
        let fields = Self::read_in_order(&mut walk, header.flags, most_tags, &mut check);
        walk.fault.map_or(Ok(fields.ok()), |(kind, offset)| Err(PacketError::new(kind, offset)))
    }

    fn read_in_order(
        walk: &mut Walk<'_>,
        flags: u16,
        most_tags: u32,
        check: &mut impl FnMut(Span, &[u8]) -> Result<bool, (Kind, usize)>,
    ) -> Result<Self, Stop> {
        let has = |field| flags & field != 0;
        Ok(Self {
            flags,
            timestamp: has(flag::TIMESTAMP).then(|| walk.timestamp()).transpose()?,
            test_id: has(flag::TEST_ID).then(|| walk.string(check)).transpose()?,
            tags: has(flag::TAGS).then(|| walk.tags(most_tags, check)).transpose()?,
            mime_type: has(flag::MIME_TYPE).then(|| walk.string(check)).transpose()?,
            file: has(flag::FILE).then(|| Ok((walk.string(check)?, walk.content()?))).transpose()?,
            route_code: has(flag::ROUTE_CODE).then(|| walk.string(check)).transpose()?,
        })
    }
}

/// A range of bytes in a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    /// Both ends lie in a packet, so 22 bits hold them.
    #[expect(clippy::cast_possible_truncation, reason = "offsets in a packet are below 4 MiB")]
    fn new(range: Range<usize>) -> Self {
        Self { start: range.start as u32, end: range.end as u32 }
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A walk through the fields ended early: at a fault, or where the bytes do.
struct Stop;

/// A walk through the fields of a packet, some of whose bytes may still be missing.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the checksum starts.
    end: usize,
    /// Why this is no packet.
    fault: Option<(Kind, usize)>,
}

impl Walk<'_> {
    #[cold]
    fn fault(&mut self, kind: Kind, offset: usize) -> Stop {
        self.fault = Some((kind, offset));
        Stop
    }

    #[inline]
    fn number(&mut self) -> Result<u32, Stop> {
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let needed = rest.first().map_or(1, |first| number::width_from_first(*first));
        if start + needed > self.end {
            return Err(self.fault(Kind::Field, start));
        }
        let (value, width) = number::read(rest).ok_or(Stop)?;
        self.at += width;
        Ok(value)
    }

    /// The next `length` bytes, there or not.
    #[inline]
    fn skip(&mut self, length: usize) -> Result<Span, Stop> {
        let start = self.at;
        if length > self.end - start {
            return Err(self.fault(Kind::Field, start));
        }
        self.at += length;
        Ok(Span::new(start..self.at))
    }

    #[inline]
    fn content(&mut self) -> Result<Span, Stop> {
        let length = self.number()? as usize;
        self.skip(length)
    }

    fn string(&mut self, check: &mut impl FnMut(Span, &[u8]) -> Result<bool, (Kind, usize)>) -> Result<Span, Stop> {
        let span = self.content()?;
        if span.start as usize > self.bytes.len() {
            return Err(Stop);
        }
        match check(span, self.bytes) {
            Ok(true) => Ok(span),
            Ok(false) => Err(Stop),
            Err((kind, offset)) => Err(self.fault(kind, offset)),
        }
    }

    fn timestamp(&mut self) -> Result<Timestamp, Stop> {
        let seconds = self.skip(4)?;
        let bytes = self.bytes.get(seconds.range()).ok_or(Stop)?;
        let seconds = u32::from_be_bytes(bytes.try_into().expect("four bytes were taken"));
        let nanoseconds = self.number()?;
        Ok(Timestamp::new(seconds, nanoseconds).expect("a number has 30 bits"))
    }

    fn tags(
        &mut self,
        most: u32,
        check: &mut impl FnMut(Span, &[u8]) -> Result<bool, (Kind, usize)>,
    ) -> Result<(u32, Span), Stop> {
        let count = self.number()?;
        let start = self.at;
        if count as usize > self.end - start {
            return Err(self.fault(Kind::Field, start));
        }
        for _ in 0..count.min(most) {
            self.string(check)?;
        }
        if count > most {
            return Err(Stop);
        }
        Ok((count, Span::new(start..self.at)))
    }
}

/// Checks the start of a string, or all of it when `whole`: how many bytes of it are whole characters, or the first fault.
pub(crate) fn check_text(bytes: &[u8], whole: bool) -> Result<usize, (Kind, usize)> {
    // Nearly all strings are short and plain ASCII, and this loop takes many of their bytes at a time.
    if bytes.len() <= 256 && bytes.iter().fold(true, |is_plain, byte| is_plain & (byte.wrapping_sub(1) < 0x7f)) {
        return Ok(bytes.len());
    }
    let (good, fault) = match str::from_utf8(bytes) {
        Ok(_) => (bytes.len(), false),
        Err(error) => (error.valid_up_to(), whole || error.error_len().is_some()),
    };
    if let Some(nul) = memchr::memchr(0, &bytes[..good]) {
        return Err((Kind::Nul, nul));
    }
    if fault { Err((Kind::Utf8, good)) } else { Ok(good) }
}
