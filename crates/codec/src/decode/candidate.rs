//! Packet, text or damage: what stands at a signature byte.
//!
//! Structure and checksum are the judges, not the place: a test that printed without a newline, or a writer that was killed in
//! the middle of a character, must not hide the packet that follows.
#![expect(clippy::inline_always, reason = "a packet is judged in as many steps as it has fields, and no calls")]

use crc32fast::Hasher;

use crate::decode::memo::{CrcPrefixes, PacketEndMemo, TextMemo};
use crate::error::{PacketError, PacketErrorKind as Kind};
use crate::packet::header::{CHECKSUM, Header};
use crate::packet::layout::Layout;
use crate::packet::{checksums_match, stored_checksum, validate};

/// What stands at a signature byte where no packet stands, or not all of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Bytes that were a packet once, or began as one.
    Damage {
        /// How many of them are given up: all that the packet claims, or the signature alone.
        length: usize,
        /// What is wrong with them.
        error: PacketError,
    },
    /// The signature byte belongs to the text around it.
    Text,
    /// More bytes are needed to tell.
    More,
}

/// Why a candidate is no packet, or not yet.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Doubt {
    /// Its checksum is this one, and another is stored.
    Checksum(u32),
    /// Something else.
    Other,
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
pub(crate) struct Classifier {
    /// A checksum of nothing so far. To make one takes a look at what the processor can do.
    hasher: Hasher,
    text: TextMemo,
    checksums: CrcPrefixes,
    ends: PacketEndMemo,
    /// Up to where in the input checksums were computed directly.
    summed: u64,
}

impl Classifier {
    /// The length and layout of the packet that `bytes` begin with, which hold all that came in from there on.
    #[inline(always)]
    pub(crate) fn packet(&mut self, place: Place, bytes: &[u8]) -> Result<(usize, Layout), Doubt> {
        let Ok(Some(header)) = Header::read(bytes) else { return Err(Doubt::Other) };
        let packet = bytes.get(..header.length).ok_or(Doubt::Other)?;
        let end = packet.len() - CHECKSUM;
        let computed = self.checksum(place, bytes, end);
        if !checksums_match(computed, stored_checksum(packet)) {
            return Err(Doubt::Checksum(computed));
        }
        let layout = validate::check(packet, &header).ok().flatten().ok_or(Doubt::Other)?;
        Ok((header.length, layout))
    }

    /// Judges the candidate at the start of `bytes` that is no [packet](Self::packet).
    #[inline(never)]
    pub(crate) fn verdict(&mut self, place: Place, bytes: &[u8], doubt: Doubt) -> Verdict {
        let header = match Header::read(bytes) {
            Ok(Some(header)) => header,
            Ok(None) if !place.is_last => return Verdict::More,
            Ok(None) => return rejected(place, PacketError::new(Kind::Truncated, bytes.len())),
            Err(error) => return rejected(place, error),
        };
        let Some(packet) = bytes.get(..header.length) else { return self.judge_part(place, bytes, &header) };
        let error = match doubt {
            Doubt::Checksum(computed) => {
                let stored = stored_checksum(packet);
                let error = PacketError::new(Kind::Checksum { computed, stored }, packet.len() - CHECKSUM);
                self.check_early(place, packet, &header).err().unwrap_or(error)
            }
            Doubt::Other => {
                let truncated = PacketError::new(Kind::Truncated, packet.len());
                validate::check(packet, &header).err().unwrap_or(truncated)
            }
        };
        self.judge_fault(place, bytes, &header, error)
    }

    /// Judges a candidate that is not all there.
    fn judge_part(&mut self, place: Place, bytes: &[u8], header: &Header) -> Verdict {
        match self.check_early(place, bytes, header) {
            Ok(()) if !place.is_last => Verdict::More,
            Ok(()) => self.judge_fault(place, bytes, header, PacketError::new(Kind::Truncated, bytes.len())),
            Err(error) => self.judge_fault(place, bytes, header, error),
        }
    }

    /// Judges a candidate that has a header and is no packet.
    fn judge_fault(&mut self, place: Place, bytes: &[u8], header: &Header, error: PacketError) -> Verdict {
        let is_sound = matches!(error.kind(), Kind::Checksum { .. });
        if !is_sound && !place.is_boundary {
            return Verdict::Text;
        }
        match self.is_length_right(header, place, bytes) {
            Some(true) => Verdict::Damage { length: header.length, error },
            Some(false) => Verdict::Damage { length: 1, error },
            None => Verdict::More,
        }
    }

    fn check_early(&mut self, place: Place, bytes: &[u8], header: &Header) -> Result<(), PacketError> {
        self.text.forget_before(place.offset);
        validate::check_early(bytes, header, |span, bytes| self.text.check(place.offset, span, bytes))
    }

    /// Whether a damaged packet's length can be trusted: a plausible header, or the end of the input, stands exactly at its end, and no
    /// good packet ends there. `None` when more bytes are needed to tell.
    ///
    /// A good packet that ends there is no part of the damaged one, for where a packet ends is its own checksum: the damaged one was
    /// torn, or its length is what is damaged.
    fn is_length_right(&mut self, header: &Header, place: Place, bytes: &[u8]) -> Option<bool> {
        let Some((claimed, next)) = bytes.split_at_checked(header.length) else {
            return place.is_last.then_some(false);
        };
        let is_followed = match Header::read(next) {
            Ok(None) if !place.is_last => return None,
            Ok(None) => next.is_empty(),
            next => next.is_ok(),
        };
        Some(is_followed && !self.ends.is_end_of_packet_in(place.offset, claimed))
    }

    /// The checksum of the first `end` bytes: the first time over computed directly, afterwards from what is known.
    #[inline(always)]
    fn checksum(&mut self, place: Place, bytes: &[u8], end: usize) -> u32 {
        if place.offset >= self.summed || end < 4 * CrcPrefixes::SHORTEST {
            self.summed = self.summed.max(place.offset + end as u64);
            let mut hasher = self.hasher.clone();
            hasher.update(&bytes[..end]);
            hasher.finalize()
        } else {
            self.checksums.range(place.offset, bytes, 0, end)
        }
    }
}

/// A candidate whose header already fails: damage where packets start, text anywhere else.
fn rejected(place: Place, error: PacketError) -> Verdict {
    if place.is_boundary { Verdict::Damage { length: 1, error } } else { Verdict::Text }
}
