//! Packet, text or damage: what stands at a signature byte.
//!
//! Structure and checksum are the judges, not the place: a test that printed without a newline, or a writer that was killed in
//! the middle of a character, must not hide the packet that follows.

use crate::error::{PacketError, PacketErrorKind as Kind};
use crate::known::{KnownChecksums, KnownText};
use crate::packet::{CHECKSUM, Fields, Header, Packet, SIGNATURE, checksums_match, stored_checksum};

/// What stands at a signature byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A packet of `length` bytes.
    Packet {
        /// Its length.
        length: usize,
        /// Where its fields are.
        fields: Fields,
    },
    /// Bytes that were a packet once, or began as one.
    Damage {
        /// How many of them are given up: all that the packet claims, or the signature alone.
        length: usize,
        /// What is wrong with them.
        error: PacketError,
    },
    /// No packet: the signature byte belongs to the text around it.
    Text,
    /// More bytes are needed to tell.
    More,
}

/// Where in the input a candidate stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The candidate's offset in the input.
    pub(crate) offset: u64,
    /// Whether packets start here: at the start of the input, after a newline, or right after a packet.
    pub(crate) is_boundary: bool,
    /// Whether no bytes will follow those that are there.
    pub(crate) is_last: bool,
}

/// Judges candidates, one after the other along the input.
#[derive(Debug, Default)]
pub(crate) struct Judge {
    text: KnownText,
    checksums: KnownChecksums,
    /// Up to where in the input checksums were computed directly.
    summed: u64,
}

impl Judge {
    /// Judges the candidate at the start of `bytes`, which hold all that came in from there on.
    pub(crate) fn judge(&mut self, place: Place, bytes: &[u8]) -> Verdict {
        let header = match Header::read(bytes) {
            Ok(Some(header)) => header,
            Ok(None) if !place.is_last => return Verdict::More,
            Ok(None) => return rejected(place, PacketError::new(Kind::Truncated, bytes.len())),
            Err(error) => return rejected(place, error),
        };
        let error = if let Some(packet) = bytes.get(..header.length) {
            match self.check_whole(place, packet, bytes, &header) {
                Ok(fields) => return Verdict::Packet { length: header.length, fields },
                Err(error) => error,
            }
        } else {
            match self.check_early(place, bytes, &header) {
                Ok(()) if !place.is_last => return Verdict::More,
                Ok(()) => PacketError::new(Kind::Truncated, bytes.len()),
                Err(error) => error,
            }
        };
        let is_sound = matches!(error.kind(), Kind::Checksum { .. });
        if !is_sound && !place.is_boundary {
            return Verdict::Text;
        }
        match is_length_right(&header, place, bytes) {
            Some(true) => Verdict::Damage { length: header.length, error },
            Some(false) => Verdict::Damage { length: 1, error },
            None => Verdict::More,
        }
    }

    fn check_whole(
        &mut self,
        place: Place,
        packet: &[u8],
        bytes: &[u8],
        header: &Header,
    ) -> Result<Fields, PacketError> {
        let end = packet.len() - CHECKSUM;
        let (computed, stored) = (self.checksum(place, bytes, end), stored_checksum(packet));
        if checksums_match(computed, stored) {
            let truncated = PacketError::new(Kind::Truncated, packet.len());
            return Fields::read(packet, header)?.ok_or(truncated);
        }
        self.check_early(place, packet, header)?;
        Err(PacketError::new(Kind::Checksum { computed, stored }, end))
    }

    fn check_early(&mut self, place: Place, bytes: &[u8], header: &Header) -> Result<(), PacketError> {
        self.text.forget_before(place.offset);
        Fields::check_early(bytes, header, |span, bytes| self.text.check(place.offset, span, bytes))
    }

    /// The checksum of the first `end` bytes: the first time over computed directly, afterwards from what is known.
    fn checksum(&mut self, place: Place, bytes: &[u8], end: usize) -> u32 {
        if place.offset >= self.summed || end < 4 * KnownChecksums::SHORTEST {
            self.summed = self.summed.max(place.offset + end as u64);
            crc32fast::hash(&bytes[..end])
        } else {
            self.checksums.range(place.offset, bytes, 0, end)
        }
    }
}

/// A candidate whose header already fails: damage where packets start, text anywhere else.
fn rejected(place: Place, error: PacketError) -> Verdict {
    if place.is_boundary { Verdict::Damage { length: 1, error } } else { Verdict::Text }
}

/// Whether a damaged packet's length can be trusted: a plausible header, or the end of the input, stands exactly at its end, and no
/// good packet ends there. `None` when more bytes are needed to tell.
fn is_length_right(header: &Header, place: Place, bytes: &[u8]) -> Option<bool> {
    let Some((packet, next)) = bytes.split_at_checked(header.length) else {
        return place.is_last.then_some(false);
    };
    let is_followed = match Header::read(next) {
        Ok(None) if !place.is_last => return None,
        Ok(None) => next.is_empty(),
        next => next.is_ok(),
    };
    Some(is_followed && !ends_in_packet(packet))
}

/// Whether what a damaged packet claims ends with a good one. That one is no part of it, for where a packet ends is its own
/// checksum: the damaged one was torn, or its length is what is damaged.
fn ends_in_packet(claimed: &[u8]) -> bool {
    /// Longer packets are not looked for: the longer, the less likely is it that one ends just there.
    const LONGEST: usize = 1 << 12;
    let start = claimed.len().saturating_sub(LONGEST).max(1);
    let is_packet = |bytes| {
        let is_whole = matches!(Header::read(bytes), Ok(Some(header)) if header.length == bytes.len());
        is_whole && Packet::parse(bytes).is_ok()
    };
    memchr::memrchr_iter(SIGNATURE, &claimed[start..]).any(|at| is_packet(&claimed[start + at..]))
}
