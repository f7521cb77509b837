//! Why bytes are no packet, and why an event cannot be written.

use std::fmt;

/// Why bytes are no packet, and where in them that shows.
///
/// ```
/// use subunit_codec::{Packet, PacketErrorKind};
///
/// let error = Packet::parse(b"\xb3\x29\x01\x0c\x03fo\0\x08\x55\x5f\x1b").unwrap_err();
/// assert_eq!(error.kind(), PacketErrorKind::Nul);
/// assert_eq!(error.to_string(), "a string holds a NUL byte at offset 7");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketError {
    kind: PacketErrorKind,
    offset: usize,
}

/// The ways in which bytes fail to be a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PacketErrorKind {
    /// The first byte is not 0xB3.
    Signature,
    /// The version is not 2.
    Version,
    /// The bit that must be zero in version 2 is set.
    ReservedBit,
    /// The length is below 8 or above 4,194,303 bytes, or is not the length of the bytes given.
    Length,
    /// The input ends before the packet does.
    Truncated,
    /// A field runs past the end of the packet.
    Field,
    /// A string is not UTF-8.
    Utf8,
    /// A string holds a NUL byte.
    Nul,
    /// The CRC-32 is wrong.
    Checksum {
        /// The checksum of the bytes.
        computed: u32,
        /// The checksum that the packet carries.
        stored: u32,
    },
}

impl PacketError {
    pub(crate) fn new(kind: PacketErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> PacketErrorKind {
        self.kind
    }

    /// Where it shows: bytes from the packet's signature.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }
}

impl PacketErrorKind {
    /// What is wrong, in a few words and without numbers.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Signature => "no packet starts here",
            Self::Version => "the packet's version is not 2",
            Self::ReservedBit => "the packet's reserved bit is set",
            Self::Length => "the packet's length is wrong",
            Self::Truncated => "the input ends inside the packet",
            Self::Field => "a field runs past the end of the packet",
            Self::Utf8 => "a string is not UTF-8",
            Self::Nul => "a string holds a NUL byte",
            Self::Checksum { .. } => "checksum is wrong",
        }
    }
}

impl fmt::Display for PacketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            PacketErrorKind::Checksum { computed, stored } => {
                write!(f, "{CHECKSUM} calculated {computed:#010x}, stored {stored:#010x}")?;
            }
            kind => f.write_str(kind.reason())?,
        }
        write!(f, " at offset {}", self.offset)
    }
}

/// How the text of a wrong checksum begins.
pub(crate) const CHECKSUM: &str = "bad checksum:";

impl std::error::Error for PacketError {}

/// Why an event cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeError {
    kind: EncodeErrorKind,
    field: &'static str,
}

/// The ways in which an event cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeErrorKind {
    /// A string holds a NUL byte, which the protocol forbids.
    Nul,
    /// Test id, tags, names and route code alone exceed the packet limit; only file content can be
    /// split.
    TooLong,
    /// A line of version 1 cannot hold it: it would end the line, or be read as something else.
    Version1,
}

impl EncodeError {
    pub(crate) fn new(kind: EncodeErrorKind, field: &'static str) -> Self {
        Self { kind, field }
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> EncodeErrorKind {
        self.kind
    }

    /// The part of the event that cannot be written: `"test id"`, `"tag"`, `"MIME type"`, `"file
    /// name"`, `"route code"`, `"attachment"` or `"event"`.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            EncodeErrorKind::Nul => write!(f, "the {} holds a NUL byte", self.field),
            EncodeErrorKind::TooLong => write!(f, "the {} is too long for a packet", self.field),
            EncodeErrorKind::Version1 => write!(f, "version 1 cannot hold the {}", self.field),
        }
    }
}

impl std::error::Error for EncodeError {}

impl From<EncodeError> for std::io::Error {
    fn from(error: EncodeError) -> Self {
        Self::new(std::io::ErrorKind::InvalidInput, error)
    }
}
