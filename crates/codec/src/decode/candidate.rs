//! Packet, text or damage: what stands at a signature byte.
//!
//! Structure and checksum are the judges, not the place: a test that printed without a newline, or
//! a writer that was killed in the middle of a character, must not hide the packet that follows.
#![expect(clippy::inline_always, reason = "a packet is judged in as many steps as it has fields, and no calls")]

use crc32fast::Hasher;
use memchr::memchr;

use crate::decode::memo::{CrcPrefixes, TextMemo, Work};
use crate::error::{PacketError, PacketErrorKind as Kind};
use crate::packet::header::{CHECKSUM, Header, SIGNATURE, flag};
use crate::packet::layout::Layout;
use crate::packet::{checksums_match, stored_checksum, validate};

/// What a candidate is that is no packet, or not yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was a packet once, or began as one.
    Damage {
        /// How many of its bytes are known to belong to it.
        reach: Reach,
        /// What is wrong with them.
        error: PacketError,
    },
    /// The signature byte belongs to the text around it.
    Text,
    /// More bytes are needed to tell.
    More,
}

/// How far a broken packet reaches, counted from its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// To the end that it claims, where its fields end in time. It may be torn and go on with what
    /// came next.
    Claim(usize),
    /// To its first fault. Where it was torn is not known, but not behind that.
    Fault(usize),
}

/// A candidate that is not text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Candidate {
    /// A packet of this length.
    Packet(usize, Layout),
    /// A broken packet: how far it reaches, and what is wrong with it.
    Damage(Reach, PacketError),
    /// More bytes are needed to tell.
    Unknown,
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
    /// Whether packets start here: at the start of the input, after a newline, or right after a
    /// packet.
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
    /// Up to where in the input checksums were computed directly.
    summed: u64,
    work: Work,
}

impl Classifier {
    /// Strings of longer packets are checked with what is known of them before they are checked in
    /// whole.
    const LONG: usize = 1 << 12;

    /// The length and layout of the packet that `bytes` begin with, which hold all that came in
    /// from there on.
    #[inline(always)]
    pub(crate) fn packet(&mut self, place: Place, bytes: &[u8]) -> Result<(usize, Layout), Doubt> {
        let Ok(Some(header)) = Header::read(bytes) else { return Err(Doubt::Other) };
        let packet = bytes.get(..header.length).ok_or(Doubt::Other)?;
        let end = packet.len() - CHECKSUM;
        let computed = self.checksum(place, bytes, end);
        if !checksums_match(computed, stored_checksum(packet)) {
            return Err(Doubt::Checksum(computed));
        }
        if header.length > Self::LONG && self.check_early(place, packet, &header).is_err() {
            return Err(Doubt::Other);
        }
        self.work.add(header.length);
        let layout = validate::check(packet, &header).ok().flatten().ok_or(Doubt::Other)?;
        Ok((header.length, layout))
    }

    /// The first candidate in `bytes` that is not text, and where in them it begins. They begin at
    /// `start`; `signature_from` says how far behind a place in them the next signature is.
    #[inline(always)]
    pub(crate) fn find(
        &mut self,
        start: Place,
        bytes: &[u8],
        signature_from: impl Fn(usize) -> Option<usize>,
    ) -> Option<(usize, Candidate)> {
        let mut at = 0;
        while let Some(skipped) = signature_from(at) {
            at += skipped;
            let place = Place {
                offset: start.offset + at as u64,
                is_boundary: if at == 0 { start.is_boundary } else { bytes[at - 1] == b'\n' },
                is_last: start.is_last,
            };
            match self.packet(place, &bytes[at..]) {
                Ok((length, layout)) => return Some((at, Candidate::Packet(length, layout))),
                Err(doubt) => match self.verdict(place, &bytes[at..], doubt) {
                    Verdict::Damage { reach, error } => return Some((at, Candidate::Damage(reach, error))),
                    Verdict::More => return Some((at, Candidate::Unknown)),
                    Verdict::Text => at += 1,
                },
            }
        }
        None
    }

    /// Whether `bytes` begin with a packet, as [`packet`](Self::packet) says, or else what they
    /// begin with.
    #[inline(always)]
    pub(crate) fn classify(&mut self, place: Place, bytes: &[u8]) -> Result<(), Verdict> {
        if let Err(error) = Header::read(bytes) {
            return Err(torn(place, bytes, error));
        }
        match self.packet(place, bytes) {
            Ok(_) => Ok(()),
            Err(doubt) => Err(self.verdict(place, bytes, doubt)),
        }
    }

    /// Judges the candidate at the start of `bytes` that is no [packet](Self::packet).
    #[inline(never)]
    pub(crate) fn verdict(&mut self, place: Place, bytes: &[u8], doubt: Doubt) -> Verdict {
        let header = match Header::read(bytes) {
            Ok(Some(header)) => header,
            Ok(None) if !place.is_last => return Verdict::More,
            Ok(None) => return torn(place, bytes, PacketError::new(Kind::Truncated, bytes.len())),
            Err(error) => return torn(place, bytes, error),
        };
        let Some(packet) = bytes.get(..header.length) else { return self.judge_part(place, bytes, &header) };
        // A fault that shows early counts whatever the checksum: had fewer bytes come, it would be
        // known before that.
        if let Err(error) = self.check_early(place, packet, &header) {
            return torn(place, bytes, error);
        }
        let error = match doubt {
            Doubt::Checksum(computed) => {
                let stored = stored_checksum(packet);
                PacketError::new(Kind::Checksum { computed, stored }, packet.len() - CHECKSUM)
            }
            Doubt::Other => {
                let truncated = PacketError::new(Kind::Truncated, packet.len());
                validate::check(packet, &header).err().unwrap_or(truncated)
            }
        };
        Verdict::Damage { reach: Reach::Claim(header.length), error }
    }

    /// Judges a candidate that is not all there.
    fn judge_part(&mut self, place: Place, bytes: &[u8], header: &Header) -> Verdict {
        match self.check_early(place, bytes, header) {
            Ok(()) if !place.is_last => Verdict::More,
            Ok(()) => torn(place, bytes, PacketError::new(Kind::Truncated, bytes.len())),
            Err(error) => torn(place, bytes, error),
        }
    }

    /// The bytes that were looked at so far.
    #[cfg(test)]
    pub(crate) fn work(&self) -> usize {
        [self.work, self.text.work, self.checksums.work].map(Work::bytes).iter().sum()
    }

    fn check_early(&mut self, place: Place, bytes: &[u8], header: &Header) -> Result<(), PacketError> {
        self.text.forget_before(place.offset);
        validate::check_early(bytes, header, |span, bytes| self.text.check(place.offset, span, bytes))
    }

    /// The checksum of the first `end` bytes: the first time over computed directly, afterwards
    /// from what is known.
    #[inline(always)]
    fn checksum(&mut self, place: Place, bytes: &[u8], end: usize) -> u32 {
        if place.offset >= self.summed || end < 4 * CrcPrefixes::SHORTEST {
            self.summed = self.summed.max(place.offset + end as u64);
            self.work.add(end);
            let mut hasher = self.hasher.clone();
            hasher.update(&bytes[..end]);
            hasher.finalize()
        } else {
            self.checksums.range(place.offset, bytes, 0, end)
        }
    }
}

/// A candidate with a fault before its checksum: damage where packets start, text anywhere else. A
/// line that begins with a superscript three in Latin-1 is text there too.
#[inline(always)]
fn torn(place: Place, bytes: &[u8], error: PacketError) -> Verdict {
    if !place.is_boundary {
        return Verdict::Text;
    }
    match begins_readable_line(bytes, place.is_last) {
        None => Verdict::More,
        Some(true) if !carries_verdict(bytes) => Verdict::Text,
        Some(_) => Verdict::Damage { reach: Reach::Fault(error.offset()), error },
    }
}

/// Whether the line behind a signature byte can be read in Latin-1, or all of it that is looked at;
/// `None` if more bytes are needed. Lines shorter than a header are not enough to tell.
fn begins_readable_line(bytes: &[u8], is_last: bool) -> Option<bool> {
    /// Some byte of a header is no character: this much of a packet holds one.
    const ENOUGH: usize = 64;
    const SHORTEST: usize = 4;
    let is_readable = |byte: u8| matches!(byte, b' '..=b'~' | 0xa0..);
    let line = &bytes[1..bytes.len().min(ENOUGH)];
    match line.iter().position(|byte| !is_readable(*byte)) {
        Some(end) if line[end..] == *b"\r" && !is_last && bytes.len() < ENOUGH => None,
        Some(end) => Some(end >= SHORTEST && (line[end] == b'\n' || line[end..].starts_with(b"\r\n"))),
        None => (is_last || bytes.len() >= ENOUGH).then_some(line.len() >= SHORTEST),
    }
}

/// Whether the flags are those of a packet that gives a test a status: to lose one unseen would
/// lose a verdict.
fn carries_verdict(bytes: &[u8]) -> bool {
    let &[_, high, low, ..] = bytes else { return true };
    let flags = u16::from_be_bytes([high, low]);
    let is_sound = high >> 4 == 2 && flags & flag::RESERVED == 0;
    is_sound && flags & flag::TEST_ID != 0 && flags & flag::STATUS != 0
}

/// Where the next packet may start: mostly at once, right after the one before.
pub(crate) fn find_signature(bytes: &[u8]) -> Option<usize> {
    if bytes.first() == Some(&SIGNATURE) { Some(0) } else { memchr(SIGNATURE, bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_readable_line_has_four_characters_and_an_end() {
        let readable = |line: &[u8]| begins_readable_line(&[b"\xb3", line].concat(), false);
        assert_eq!(readable(b" m/s\n"), Some(true));
        assert_eq!(readable(b" m/\n"), Some(false), "too short to tell");
        assert_eq!(readable(b" m/s\r\n"), Some(true));
        assert_eq!(readable(b" m/s\r"), None, "a newline may come");
        assert_eq!(readable(b" m/s\rx"), Some(false));
        assert_eq!(readable(b" m\0s\n"), Some(false));
        assert_eq!(readable(b" m/s"), None, "more of the line may come");
        assert_eq!(readable(&[b'x'; 62]), None);
        assert_eq!(readable(&[b'x'; 63]), Some(true), "a header would have ended");
        assert_eq!(readable(&[&[b'x'; 62][..], b"\r"].concat()), Some(false));
    }

    #[test]
    fn the_last_line_needs_no_end() {
        let readable = |line: &[u8]| begins_readable_line(&[b"\xb3", line].concat(), true);
        assert_eq!(readable(b" m/s"), Some(true));
        assert_eq!(readable(b" m/"), Some(false));
        assert_eq!(readable(b" m/s\r"), Some(false));
    }

    #[test]
    fn only_sound_flags_of_a_test_and_a_status_carry_a_verdict() {
        assert!(carries_verdict(b"\xb3\x28\x06"));
        for flags in [b"\x20\x06", b"\x28\x00", b"\x18\x06", b"\x28\x0e"] {
            assert!(!carries_verdict(&[b"\xb3", &flags[..]].concat()), "{flags:x?}");
        }
        assert!(carries_verdict(b"\xb3\x28"), "what is cut off is not known to carry none");
    }
}
