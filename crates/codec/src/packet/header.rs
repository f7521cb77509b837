//! What every packet begins with: signature, flags and length.

use crate::error::{PacketError, PacketErrorKind as Kind};
use crate::packet::number;

/// The byte that every packet starts with. In UTF-8 it never starts a character.
///
/// ```
/// use subunit_codec::{Event, MAX_LENGTH, SIGNATURE, encode};
///
/// let mut packets = Vec::new();
/// encode(&Event::global_file("log", vec![b'x'; MAX_LENGTH]), &mut packets)?;
/// assert_eq!(packets[0], SIGNATURE);
/// assert_eq!(packets[MAX_LENGTH], SIGNATURE, "the longest packet, and a second one for the rest");
/// # Ok::<(), subunit_codec::EncodeError>(())
/// ```
pub const SIGNATURE: u8 = 0xb3;

/// The longest packet, signature and checksum included: 4,194,303 bytes.
pub const MAX_LENGTH: usize = (1 << 22) - 1;

/// The bytes of the CRC-32 at the end of a packet.
pub(crate) const CHECKSUM: usize = 4;

/// The shortest packet: signature, flags, length and checksum.
const MIN_LENGTH: usize = 8;

/// The bits of the flags. Protocol, version 2, "flags".
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
    pub(crate) const STATUS: u16 = 0x0007;
}

/// What every packet starts with: signature, flags and length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) flags: u16,
    /// The length of the packet.
    pub(crate) length: usize,
    /// The length of the header.
    pub(super) size: usize,
}

impl Header {
    /// Reads the header at the start of `bytes`; `None` when they end inside it and all of them
    /// could belong to one.
    #[expect(clippy::inline_always, reason = "a call costs more than the few bytes it reads")]
    #[inline(always)]
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
