//! What can be wrong with a line.

use std::fmt;

/// Why a line of version 1 is broken.
///
/// ```
/// use subunit_codec::v1::LineErrorKind;
/// use subunit_codec::{Decoder, Fault, Item, Protocol};
///
/// let mut decoder = Decoder::new(Protocol::V1);
/// decoder.feed(b"time: 2026-13-01 00:00:00Z\n");
/// decoder.end();
/// let Some(Item::Damage(damage)) = decoder.next() else { panic!("no year has 13 months") };
/// let Fault::Line(error) = damage.fault else { panic!("it is no packet") };
/// assert_eq!(error.kind(), LineErrorKind::Time);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineError {
    kind: LineErrorKind,
}

/// The ways in which a line is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineErrorKind {
    /// The time is not ISO 8601, or not between 1970 and 2106.
    Time,
    /// More than 64 KiB of tags.
    Tags,
    /// In multipart details, not a `Content-Type: type/subtype`. A part with a broken type is read
    /// as bytes of no type.
    ContentType,
    /// The name of a part is longer than a packet can hold; the part is given up.
    Name,
    /// The length of a chunk is not a hexadecimal number; the part ends there.
    ChunkLength,
    /// The details of an outcome do not end: the input does, or they hold other tests.
    Details,
}

impl LineError {
    pub(crate) fn new(kind: LineErrorKind) -> Self {
        Self { kind }
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> LineErrorKind {
        self.kind
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            LineErrorKind::Time => "not a time between 1970 and 2106",
            LineErrorKind::Tags => "more than 64 KiB of tags",
            LineErrorKind::ContentType => "not a content type",
            LineErrorKind::Name => "a longer name than a packet can hold",
            LineErrorKind::ChunkLength => "not the hexadecimal length of a chunk",
            LineErrorKind::Details => "details without an end",
        })
    }
}

impl std::error::Error for LineError {}
