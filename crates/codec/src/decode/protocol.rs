//! Which version of the protocol a stream is in.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use memchr::memchr;

use crate::packet::header::SIGNATURE;
use crate::v1::{begins_directive, could_be_directive};

/// The version of the protocol that a stream is in.
///
/// ```
/// use subunit_codec::Protocol;
///
/// assert_eq!("auto".parse(), Ok(Protocol::Auto));
/// assert_eq!("1".parse(), Ok(Protocol::V1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// Found out while the stream is read: version 2 if a packet comes before the first test of
    /// version 1. Text may come before either.
    #[default]
    Auto,
    /// Version 1, which may have packets of version 2 between its lines.
    V1,
    /// Version 2.
    V2,
}

impl Protocol {
    /// The version of a stream that begins with `bytes` by its first line that is not blank, for
    /// those who cannot wait for more, as [`Auto`](Self::Auto) does: version 1 if it begins with a
    /// directive. `None` if more of it is needed to tell, which is never so if `is_last` says that
    /// there is no more, nor with 64 KiB of it.
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
#[non_exhaustive]
pub struct UnknownProtocol;

impl fmt::Display for UnknownProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not one of auto, 1, 2")
    }
}

impl Error for UnknownProtocol {}

/// Whether a stream that begins with `bytes` is version 1; `None` when more of it is needed to
/// tell. A line is held no longer than it could become a directive, and judged by its first word
/// and the first byte after that: the rest may not have come yet.
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
