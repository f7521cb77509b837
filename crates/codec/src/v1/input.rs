//! The input, a line at a time.

use memchr::memchr;

use crate::v1::fault::LineError;

/// Longer lines than this are text, or broken if details need them. A test id, the name and type of
/// an attachment and all tags then fit one packet, also if every byte of them becomes a replacement
/// character of three.
pub(super) const LONGEST_LINE: usize = 1 << 18;

/// The bytes to read on from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input<'a> {
    /// All that came in and was not read.
    pub(super) bytes: &'a [u8],
    /// Where in the input they begin.
    pub(super) offset: u64,
    /// Whether no more will come.
    pub(super) is_last: bool,
}

/// What the first bytes of the input are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Too few to tell.
    More,
    /// This many were read.
    Read(usize),
    /// This many are text.
    Text(usize),
    /// This many are broken; if none, there is something wrong before them.
    Damage(usize, LineError),
}

/// The start of the input as a line.
pub(super) enum Taken<'a> {
    /// A line without its end, and its length with it.
    Line(&'a [u8], usize),
    /// A line longer than [`LONGEST_LINE`], that many bytes of which are there, and one more.
    TooLong,
    /// The line has not ended yet.
    More,
}

pub(super) fn take_line(bytes: &[u8], is_last: bool) -> Taken<'_> {
    let end = memchr(b'\n', bytes);
    match end {
        _ if end.unwrap_or(bytes.len()) > LONGEST_LINE => Taken::TooLong,
        None if !is_last => Taken::More,
        _ => {
            let line = &bytes[..end.unwrap_or(bytes.len())];
            Taken::Line(line.strip_suffix(b"\r").unwrap_or(line), line.len() + usize::from(end.is_some()))
        }
    }
}
