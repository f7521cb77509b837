//! The check that a packet's fields are sound, which also finds where they are. It leaves the
//! checksum out.
#![expect(clippy::inline_always, reason = "a call a field costs more than the field")]

use std::str;

use crate::error::{PacketError, PacketErrorKind as Kind};
use crate::packet::header::{CHECKSUM, Header, flag};
use crate::packet::layout::Layout;
use crate::packet::number;

/// Tags past this many are checked when the whole packet is there and not as its bytes come;
/// otherwise a stream of false headers with endless lists of tags would take time quadratic in its
/// length.
const TAGS_CHECKED_EARLY: usize = 64;

/// Where the fields of a packet are whose first bytes are `bytes`, if all are there and sound;
/// `None` when the bytes end before the fields do.
#[inline(always)]
pub(crate) fn check(bytes: &[u8], header: &Header) -> Result<Option<Layout>, PacketError> {
    let check_string = |span: Span, bytes: &[u8]| {
        let whole = bytes.len() >= span.end as usize;
        let string = &bytes[span.start as usize..bytes.len().min(span.end as usize)];
        check_text(string, whole).map(|_| whole).map_err(|(kind, at)| (kind, at + span.start as usize))
    };
    Walk::new(bytes, header, check_string).all_fields(header, usize::MAX)
}

/// Whether the bytes of a packet that are there, `bytes`, are sound as far as they go.
/// `check_string` looks at each string that is not short and plain, as [`Walk::check_string`] says.
pub(crate) fn check_early(
    bytes: &[u8],
    header: &Header,
    check_string: impl FnMut(Span, &[u8]) -> Result<bool, (Kind, usize)>,
) -> Result<(), PacketError> {
    Walk::new(bytes, header, check_string).all_fields(header, TAGS_CHECKED_EARLY).map(|_| ())
}

/// A range of bytes in a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A walk through the fields ended early: at a fault, or where the bytes do.
struct Stop;

/// A walk through the fields of a packet, some of whose bytes may still be missing. Its steps are
/// told where a thing starts and say where it ends.
struct Walk<'a, CheckString> {
    /// The bytes before the checksum that are there.
    bytes: &'a [u8],
    /// Where the checksum starts.
    end: usize,
    /// Is told where in the bytes a string is and says whether all of it is there; its error holds
    /// an offset in the packet.
    check_string: CheckString,
    /// Why this is no packet.
    fault: Option<(Kind, usize)>,
}

impl<'a, CheckString: FnMut(Span, &[u8]) -> Result<bool, (Kind, usize)>> Walk<'a, CheckString> {
    fn new(bytes: &'a [u8], header: &Header, check_string: CheckString) -> Self {
        let end = header.length - CHECKSUM;
        Self { bytes: &bytes[..end.min(bytes.len())], end, check_string, fault: None }
    }

    /// Goes through the fields in order, as far as the bytes go: `None` when they end first, or
    /// when there are more than `most_tags`.
    #[inline(always)]
    fn all_fields(mut self, header: &Header, most_tags: usize) -> Result<Option<Layout>, PacketError> {
        match self.fields_in_order(header, most_tags) {
            Ok(layout) => Ok(Some(layout)),
            Err(Stop) => self.fault.map_or(Ok(None), |(kind, offset)| Err(PacketError::new(kind, offset))),
        }
    }

    #[inline(always)]
    fn fields_in_order(&mut self, header: &Header, most_tags: usize) -> Result<Layout, Stop> {
        let has = |field| header.flags & field != 0;
        let timestamp = header.size;
        let test_id = if has(flag::TIMESTAMP) { self.timestamp(timestamp)? } else { timestamp };
        let tags = if has(flag::TEST_ID) { self.string(test_id)? } else { test_id };
        let mime_type = if has(flag::TAGS) { self.tags(tags, most_tags)? } else { tags };
        let file = if has(flag::MIME_TYPE) { self.string(mime_type)? } else { mime_type };
        let route_code = if has(flag::FILE) { self.file(file)? } else { file };
        if has(flag::ROUTE_CODE) {
            self.string(route_code)?;
        }
        Ok(Layout::new(test_id, mime_type, route_code))
    }

    /// A number: its value, and where it ends.
    #[inline(always)]
    fn number(&mut self, at: usize) -> Result<(usize, usize), Stop> {
        match self.bytes.get(at..).and_then(number::read) {
            Some((value, width)) => Ok((value as usize, at + width)),
            None => Err(self.no_number(at)),
        }
    }

    #[cold]
    fn no_number(&mut self, at: usize) -> Stop {
        let width = self.bytes.get(at).map_or(1, |first| number::width_from_first(*first));
        self.missing(at, width)
    }

    /// Bytes are not there: that is a fault where the packet has no room for them.
    #[cold]
    fn missing(&mut self, at: usize, length: usize) -> Stop {
        if length > self.end - at {
            self.fault = Some((Kind::Field, at));
        }
        Stop
    }

    #[inline(always)]
    fn timestamp(&mut self, at: usize) -> Result<usize, Stop> {
        let nanoseconds = at + 4;
        if nanoseconds > self.bytes.len() {
            return Err(self.missing(at, 4));
        }
        self.number(nanoseconds).map(|(_, end)| end)
    }

    #[inline(always)]
    fn string(&mut self, at: usize) -> Result<usize, Stop> {
        let (length, start) = self.number(at)?;
        let end = start + length;
        match self.bytes.get(start..end) {
            Some(string) if is_short_and_plain(string) => Ok(end),
            _ => self.other_string(start, length),
        }
    }

    /// A string that is long, holds more than ASCII, or is not all there.
    #[inline(never)]
    fn other_string(&mut self, start: usize, length: usize) -> Result<usize, Stop> {
        if length > self.end - start || start > self.bytes.len() {
            return Err(self.missing(start, length));
        }
        let end = start + length;
        match (self.check_string)(Span { start: place(start), end: place(end) }, self.bytes) {
            Ok(true) => Ok(end),
            Ok(false) => Err(Stop),
            Err(fault) => {
                self.fault = Some(fault);
                Err(Stop)
            }
        }
    }

    #[inline(always)]
    fn tags(&mut self, at: usize, most: usize) -> Result<usize, Stop> {
        let (count, mut at) = self.number(at)?;
        if count > self.end - at {
            return Err(self.missing(at, count));
        }
        for _ in 0..count.min(most) {
            at = self.string(at)?;
        }
        if count > most { Err(Stop) } else { Ok(at) }
    }

    /// Name and content, of which the latter need not be there.
    #[inline(always)]
    fn file(&mut self, at: usize) -> Result<usize, Stop> {
        let name_end = self.string(at)?;
        let (length, start) = self.number(name_end)?;
        if length > self.end - start {
            return Err(self.missing(start, length));
        }
        Ok(start + length)
    }
}

/// A place in a packet, which 22 bits hold.
#[expect(clippy::cast_possible_truncation, reason = "offsets in a packet are below 4 MiB")]
fn place(at: usize) -> u32 {
    at as u32
}

/// Whether a string is as nearly all are: short, ASCII, without NUL.
///
/// The last bytes are looked at together with some before them that were looked at already, and not
/// one by one: how many they are is what a processor guesses wrong.
#[inline(always)]
fn is_short_and_plain(string: &[u8]) -> bool {
    let is_plain = |byte: u8| byte.cast_signed() > 0;
    let is_plain_word = |word: u64| {
        // A byte that is not plain has the highest bit, or gets it when 1 is taken from each.
        (word | word.wrapping_sub(u64::from_ne_bytes([1; 8]))) & u64::from_ne_bytes([0x80; 8]) == 0
    };
    if string.len() > 256 {
        return false;
    }
    let (blocks, rest) = string.as_chunks::<16>();
    for block in blocks {
        // The compiler makes a few instructions of a loop over a block that does not end early.
        if !block.iter().fold(true, |is_all, byte| is_all & is_plain(*byte)) {
            return false;
        }
    }
    if let Some(last) = string.last_chunk() {
        let is_plain_word = |word: &[u8; 8]| is_plain_word(u64::from_ne_bytes(*word));
        return is_plain_word(last) && rest.first_chunk().is_none_or(is_plain_word);
    }
    let half = |chunk: &[u8; 4]| u64::from(u32::from_ne_bytes(*chunk));
    match (string.first_chunk(), string.last_chunk()) {
        (Some(first), Some(last)) => is_plain_word(half(first) << 32 | half(last)),
        _ => string.iter().fold(true, |is_all, byte| is_all & is_plain(*byte)),
    }
}

/// Whether a string holds a NUL byte.
pub(crate) fn has_nul(string: &[u8]) -> bool {
    !is_short_and_plain(string) && memchr::memchr(0, string).is_some()
}

/// Checks the start of a string, or all of it when `whole`: how many bytes of it are whole
/// characters, or the first fault.
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

/// A string of a packet.
pub(crate) fn checked(string: &[u8]) -> &str {
    str::from_utf8(string).expect("strings are checked before a packet is made")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_that_is_not_plain_is_seen_wherever_it_is() {
        for length in 0..=300 {
            let mut string = vec![b'\x01'; length];
            assert_eq!(is_short_and_plain(&string), length <= 256, "{length} plain bytes");
            for at in 0..length.min(256) {
                for byte in [0, 0x80, 0xff] {
                    string[at] = byte;
                    assert!(!is_short_and_plain(&string), "{byte:#x} at {at} of {length}");
                }
                string[at] = 0x7f;
            }
        }
    }
}
