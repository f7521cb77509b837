//! A decoder over a reader, for either version.

use std::io::{self, ErrorKind, Read};
use std::str::FromStr;

use memchr::memchr;

use crate::buffer::Buffer;
use crate::decode::{Decoder, Item};
use crate::packet::SIGNATURE;
use crate::v1::{Translator, begins_directive, could_be_directive};

/// The version of the protocol that a stream is in.
///
/// ```
/// use subunit_codec::Protocol;
///
/// assert_eq!("auto".parse(), Ok(Protocol::Auto));
/// assert_eq!("1".parse(), Ok(Protocol::V1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// Version 1 when the first line that is not blank is a version 1 directive and no packet stands before it, else version 2.
    #[default]
    Auto,
    /// Version 1, which may have packets of version 2 between its lines.
    V1,
    /// Version 2.
    V2,
}

impl Protocol {
    /// The version of a stream that begins with `bytes`, by the rule of [`Auto`](Self::Auto); `None` when more of it is needed to
    /// tell, which is never so when `is_last` says that there is no more, nor with 64 KiB of it.
    ///
    /// ```
    /// use subunit_codec::Protocol;
    ///
    /// assert_eq!(Protocol::detect(b"test: a\n", false), Some(Protocol::V1));
    /// assert_eq!(Protocol::detect(b"building", false), Some(Protocol::V2));
    /// assert_eq!(Protocol::detect(b"test", false), None);
    /// ```
    #[must_use]
    pub fn detect(bytes: &[u8], is_last: bool) -> Option<Self> {
        is_version_1(bytes, is_last).map(|is_v1| if is_v1 { Self::V1 } else { Self::V2 })
    }
}

impl FromStr for Protocol {
    type Err = UnknownProtocol;

    fn from_str(name: &str) -> Result<Self, UnknownProtocol> {
        match name {
            "auto" => Ok(Self::Auto),
            "1" => Ok(Self::V1),
            "2" => Ok(Self::V2),
            _ => Err(UnknownProtocol),
        }
    }
}

/// The error for a name that is no [`Protocol`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownProtocol;

impl std::fmt::Display for UnknownProtocol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not one of auto, 1, 2")
    }
}

impl std::error::Error for UnknownProtocol {}

/// Reads items from `R`, whatever version the stream is in: directives of version 1 come as the packets they stand for.
///
/// ```
/// use subunit_codec::{Item, Protocol, Reader};
///
/// let stream = b"test: a\nsuccess: a\n";
/// let mut reader = Reader::new(&stream[..], Protocol::Auto);
/// let mut packets = 0;
/// while let Some(item) = reader.next(|| Ok(()))? {
///     packets += usize::from(matches!(item, Item::Packet(_)));
/// }
/// assert_eq!(packets, 2);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    source: R,
    stream: Stream,
    is_ended: bool,
    leaves_open: bool,
}

#[derive(Debug)]
enum Stream {
    /// The version is not known yet.
    Unknown(Buffer),
    V1(Box<Translator>),
    V2(Box<Decoder>),
}

impl<R: Read> Reader<R> {
    /// A reader of `source`, which needs no buffer of its own.
    pub fn new(source: R, protocol: Protocol) -> Self {
        let stream = match protocol {
            Protocol::Auto => Stream::Unknown(Buffer::default()),
            Protocol::V1 => Stream::V1(Box::default()),
            Protocol::V2 => Stream::V2(Box::default()),
        };
        Self { source, stream, is_ended: false, leaves_open: false }
    }

    /// The same reader, which [leaves open](Translator::end_open) the test of version 1 that runs when the input ends, as it does those
    /// of version 2.
    #[must_use]
    pub fn leaving_open(self) -> Self {
        Self { leaves_open: true, ..self }
    }

    /// What is read from.
    pub fn get_ref(&self) -> &R {
        &self.source
    }

    /// The next item, `None` at the end of the input. Calls `before_read` before each read, which may block: flush there what was
    /// made of earlier items, and a pipeline holds nothing back.
    ///
    /// # Errors
    ///
    /// When reading fails or `before_read` does. Interrupted reads are repeated. Any other failure to read ends the input: what was
    /// read before it still comes as items.
    pub fn next(&mut self, before_read: impl FnMut() -> io::Result<()>) -> io::Result<Option<Item<'_>>> {
        self.fill(before_read)?;
        Ok(self.item())
    }

    /// Reads until there is an item or the input ends. [`next`](Self::next) is this and [`item`](Self::item).
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub fn fill(&mut self, mut before_read: impl FnMut() -> io::Result<()>) -> io::Result<()> {
        while !self.is_ready() && !self.is_ended {
            before_read()?;
            self.read()?;
        }
        Ok(())
    }

    /// The item that was read, if any.
    pub fn item(&mut self) -> Option<Item<'_>> {
        match &mut self.stream {
            Stream::Unknown(_) => None,
            Stream::V1(translator) => translator.next(),
            Stream::V2(decoder) => decoder.next(),
        }
    }

    #[inline]
    fn is_ready(&mut self) -> bool {
        match &mut self.stream {
            Stream::V2(decoder) => decoder.is_ready(),
            Stream::V1(translator) => translator.is_ready(),
            Stream::Unknown(_) => self.settle() && self.is_ready(),
        }
    }

    /// Settles the version, if that can be done.
    fn settle(&mut self) -> bool {
        if let Stream::Unknown(buffer) = &mut self.stream {
            let Some(is_v1) = is_version_1(buffer.bytes(), self.is_ended) else { return false };
            let buffer = std::mem::take(buffer);
            self.stream = if is_v1 {
                Stream::V1(Box::new(Translator::from_buffer(buffer)))
            } else {
                Stream::V2(Box::new(Decoder::from_buffer(buffer)))
            };
        }
        true
    }

    fn read(&mut self) -> io::Result<()> {
        let buffer = match &mut self.stream {
            Stream::Unknown(buffer) => buffer,
            Stream::V1(translator) => translator.buffer(),
            Stream::V2(decoder) => decoder.buffer(),
        };
        loop {
            match self.source.read(buffer.space()) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(count @ 1..) => {
                    buffer.filled(count);
                    return Ok(());
                }
                result => {
                    self.end();
                    return result.map(|_| ());
                }
            }
        }
    }

    fn end(&mut self) {
        self.is_ended = true;
        self.settle();
        match &mut self.stream {
            Stream::Unknown(_) => {}
            Stream::V1(translator) if self.leaves_open => translator.end_open(),
            Stream::V1(translator) => translator.end(),
            Stream::V2(decoder) => decoder.end(),
        }
    }
}

/// Whether a stream that begins with `bytes` is version 1; `None` when more of it is needed to tell. A line is held no longer than it
/// could become a directive, and judged by its first word and the first byte after that: the rest may not have come yet.
///
/// A stream whose first 64 KiB do not tell, being blank, is version 2.
fn is_version_1(bytes: &[u8], is_last: bool) -> Option<bool> {
    const LONGEST_BLANK: usize = 1 << 16;
    let (bytes, is_last) = match bytes.get(..LONGEST_BLANK) {
        Some(head) => (head, true),
        None => (bytes, is_last),
    };
    let Some(start) = bytes.iter().position(|byte| !byte.is_ascii_whitespace()) else {
        return is_last.then_some(false);
    };
    // The line that the first visible byte stands on, indented or not.
    let line_start = bytes[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let line = &bytes[line_start..];
    let end = memchr(b'\n', line);
    let line = &line[..end.unwrap_or(line.len())];
    if !could_be_directive(line) {
        return Some(false);
    }
    let word = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
    match line[word..].iter().position(|byte| !byte.is_ascii_whitespace()) {
        Some(after) => Some(line[word + after] != SIGNATURE && begins_directive(&line[..=word + after])),
        None => (end.is_some() || is_last).then_some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_is_not_blank_decides() {
        for (bytes, is_v1) in [
            (&b"test: a\n"[..], Some(true)),
            (b"\n \r\n\ttime: x", Some(false)),
            (b"\n \r\ntime: x", Some(true)),
            (b"testing a\r\n", Some(true)),
            (b"test", None),
            (b"test: ", None),
            (b"tes", None),
            (b"", None),
            (b"make: Entering", Some(false)),
            (b"building\ntest: a\n", Some(false)),
            (b"\xb3\x29", Some(false)),
            (b"test: \xb3", Some(false)),
            (b"progress: 5", Some(true)),
            (b"progress +5\n", Some(true)),
            (b"progress:  -5\n", Some(true)),
            (b"progress: push\n", Some(true)),
            (b"progress: fetching 3 files\n", Some(false)),
            (b"progress: fetching\ntest: a\n", Some(false)),
            (b"test: \n", Some(false)),
        ] {
            assert_eq!(is_version_1(bytes, false), is_v1, "{:?}", bytes.escape_ascii().to_string());
        }
        assert_eq!(is_version_1(b"", true), Some(false));
        assert_eq!(is_version_1(&vec![b'\n'; 70_000], false), Some(false), "blank lines are not held for ever");
        assert_eq!(is_version_1(b"test", true), Some(false));
        assert_eq!(is_version_1(b"test a", true), Some(true));
    }
}
