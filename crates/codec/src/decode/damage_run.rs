//! How far damage goes: broken packets that overlap or adjoin are one report.
//!
//! A broken packet hides no sound one: the candidates inside it are classified like any other, and
//! the first sound packet ends the run. Where a torn packet ends is not written anywhere. Its run
//! goes on to the end of the line, and the readable end of that line is text again: `make: ***
//! Error 1` behind a packet of a killed worker is for people to see.

use memchr::memchr2;

use crate::decode::candidate::{Classifier, Place, Reach, Verdict, find_signature};
use crate::error::PacketError;
use crate::packet::header::{CHECKSUM, MAX_LENGTH, SIGNATURE};

/// Bytes of the input that are given up together, from the first broken packet on. Offsets count
/// from there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DamageRun {
    /// What is wrong with the first broken packet.
    error: PacketError,
    /// All candidates before are classified.
    scanned: usize,
    /// Where the broken packets so far end.
    end: usize,
    /// Whether the line on which they end belongs to the run.
    takes_line: bool,
    /// Whether the run ends with the first line at the latest, whatever its packets claim.
    is_one_line: bool,
    /// Where the last packet ends of those that claim an end.
    claimed_end: usize,
    /// Where the last broken packet begins.
    last: usize,
}

impl DamageRun {
    /// The longest run. A packet that begins in its first mebibyte fits, whatever it claims: such
    /// packets that adjoin are one report.
    const LONGEST: usize = MAX_LENGTH + (1 << 20);

    /// The run that begins with a packet that reaches so far and has this fault.
    pub(crate) fn new(reach: Reach, error: PacketError) -> Self {
        let mut run = Self { error, scanned: 1, end: 1, takes_line: true, is_one_line: false, claimed_end: 0, last: 0 };
        run.extend(0, reach);
        run
    }

    /// The run in a stream of lines, which may hold directives: no claim reaches past the end of a
    /// line.
    pub(crate) fn in_line(error: PacketError) -> Self {
        Self { is_one_line: true, ..Self::new(Reach::Fault(1), error) }
    }

    /// What is wrong.
    pub(crate) fn error(&self) -> PacketError {
        self.error
    }

    /// Scans on in `bytes`, which begin with the run at `offset` in the input: how many of them are
    /// damage, at least one; `None` when more of them are needed to tell. No more than
    /// [`LONGEST`](Self::LONGEST) bytes are looked at.
    #[inline(never)]
    pub(crate) fn length(
        &mut self,
        classifier: &mut Classifier,
        offset: u64,
        bytes: &[u8],
        is_last: bool,
    ) -> Option<usize> {
        let window = &bytes[..bytes.len().min(Self::LONGEST)];
        // A full window is one whether the input ends with it or not: that may not be known yet.
        let is_full = window.len() == Self::LONGEST;
        let is_last = is_last && !is_full;
        while let Some(at) = self.next_candidate(window) {
            let is_boundary = at == self.end || window[at - 1] == b'\n';
            let place = Place { offset: offset + at as u64, is_boundary, is_last };
            match classifier.classify(place, &window[at..]) {
                Ok(()) => return Some(self.cut(&window[..at])),
                Err(Verdict::More) if is_full => return Some(self.cut(&window[..at])),
                Err(Verdict::More) => {
                    self.scanned = at;
                    return None;
                }
                Err(Verdict::Text) => {}
                Err(Verdict::Damage { reach, .. }) => {
                    let reach = if self.is_one_line { Reach::Fault(1) } else { reach };
                    self.extend(at, reach);
                }
            }
            self.scanned = at + 1;
        }
        if self.end < window.len() && !self.takes_line {
            return Some(self.without_text(&window[..self.end]));
        }
        self.scanned = window.len();
        if is_last {
            return Some(self.cut(window));
        }
        is_full.then(|| self.without_text(window))
    }

    /// Takes in the broken packet at `at`.
    fn extend(&mut self, at: usize, reach: Reach) {
        let (Reach::Claim(length) | Reach::Fault(length)) = reach;
        let (end, is_claimed) = (at + length, matches!(reach, Reach::Claim(_)));
        if end > self.end {
            (self.end, self.takes_line) = (end, !is_claimed);
        }
        if is_claimed {
            self.claimed_end = self.claimed_end.max(end);
        }
        self.last = at;
    }

    /// The next candidate inside the run or right behind it.
    fn next_candidate(&mut self, window: &[u8]) -> Option<usize> {
        // False headers often adjoin.
        if window.get(self.scanned) == Some(&SIGNATURE) && (self.scanned <= self.end || self.takes_line) {
            return Some(self.scanned);
        }
        let inside = &window[..window.len().min(self.end)];
        if let Some(found) = inside.get(self.scanned..).and_then(find_signature) {
            return Some(self.scanned + found);
        }
        self.scanned = self.scanned.max(inside.len());
        if self.takes_line && window.len() >= self.end {
            // The newline may be the last byte that was sound.
            let from = if window[self.end - 1] == b'\n' { self.end - 1 } else { self.scanned };
            let found = from + memchr2(SIGNATURE, b'\n', &window[from..])?;
            if window[found] == SIGNATURE {
                return Some(found);
            }
            (self.end, self.scanned, self.takes_line) = (found + 1, found + 1, false);
        }
        (window.get(self.end) == Some(&SIGNATURE) && self.scanned == self.end).then_some(self.end)
    }

    /// How much of the run is damage when a packet or the end of the input cuts it. Text ends with
    /// a newline there: half a line is what was torn.
    fn cut(&self, run: &[u8]) -> usize {
        if run.ends_with(b"\n") { self.without_text(run) } else { run.len() }
    }

    /// How much of the run is damage: all but the text at its end. Bytes of a checksum may look
    /// like text, but hardly all of them do.
    fn without_text(&self, run: &[u8]) -> usize {
        let text = run.len() - readable_at_end(run);
        let is_in_checksum = (text..text + CHECKSUM).contains(&self.claimed_end);
        let end = if is_in_checksum { self.claimed_end.min(run.len()) } else { text };
        end.max(self.last + 1)
    }
}

/// How many bytes at the end can be read: UTF-8 without control characters, save those that shape
/// lines and colour them.
fn readable_at_end(bytes: &[u8]) -> usize {
    let is_readable = |byte: &u8| !byte.is_ascii_control() || matches!(byte, b'\t' | b'\n' | b'\r' | b'\x1b');
    let from = bytes.iter().rposition(|byte| !is_readable(byte)).map_or(0, |control| control + 1);
    let last = bytes[from..].utf8_chunks().last();
    last.filter(|chunk| chunk.invalid().is_empty()).map_or(0, |chunk| chunk.valid().len())
}
