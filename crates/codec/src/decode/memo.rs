//! What is known of bytes that were looked at before.
//!
//! False headers may be nested, each claiming megabytes that hold the next. Every one is judged
//! exactly, so what was learnt for one (which bytes are text, the checksum up to here) has to serve
//! the next, or a hostile stream would take quadratic time.
//!
//! Offsets of 64 bits count from the start of the input; `origin` is where the bytes given begin.

use std::collections::BTreeMap;

use crc32fast::Hasher;

use crate::error::PacketErrorKind as Kind;
use crate::packet::validate::{Span, check_text};

/// Counts bytes that are looked at, for tests of how many that are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Work {
    bytes: usize,
}

impl Work {
    #[inline]
    pub(crate) fn add(&mut self, bytes: usize) {
        self.bytes = self.bytes.wrapping_add(bytes);
    }

    #[cfg(test)]
    pub(crate) fn bytes(self) -> usize {
        self.bytes
    }
}

/// The runs of bytes found to be text: UTF-8 without NUL, from one character's start to another's.
#[derive(Debug, Default)]
pub(crate) struct TextMemo {
    /// Ends of runs by their starts.
    runs: BTreeMap<u64, u64>,
    pub(crate) work: Work,
}

impl TextMemo {
    /// Shorter runs are looked at again rather than remembered.
    const WORTH_KNOWING: u64 = 256;

    /// Forgets what lies before `origin`.
    pub(crate) fn forget_before(&mut self, origin: u64) {
        while let Some(run) = self.runs.first_entry().filter(|run| *run.get() <= origin) {
            run.remove();
        }
    }

    /// Checks a string of the packet that begins at `origin` and of which `bytes` are there:
    /// whether all of the string is.
    ///
    /// # Errors
    ///
    /// The string's first fault and the fault's offset in `bytes`.
    pub(crate) fn check(&mut self, origin: u64, span: Span, bytes: &[u8]) -> Result<bool, (Kind, usize)> {
        let end = span.end as usize;
        let here = end.min(bytes.len());
        let absolute = |at: usize| origin + at as u64;
        let relative = |at: u64| usize::try_from(at - origin).expect("known runs lie in memory");

        let mut at = span.start as usize;
        if at == here {
            return Ok(here == end);
        }
        let result = loop {
            let run = self.runs.range(..=absolute(at)).next_back().map(|(_, run_end)| *run_end);
            if let Some(run_end) = run.filter(|run_end| *run_end > absolute(at)) {
                if is_inside_character(bytes[at]) {
                    break Err((Kind::Utf8, at));
                }
                at = relative(run_end);
                if at > here {
                    break ends_on_character(bytes, here, end);
                }
                if at == here {
                    break Ok(here == end);
                }
            }
            let next_run = self.runs.range(absolute(at) + 1..).next().map(|(run_start, _)| *run_start);
            let stop = next_run.map_or(here, |start| here.min(relative(start)));
            self.work.add(stop - at);
            match check_text(&bytes[at..stop], stop < here || stop == end) {
                Ok(good) if stop == here => {
                    at += good;
                    break Ok(here == end);
                }
                Ok(_) => at = stop,
                Err((kind, fault)) => {
                    at += fault;
                    break Err((kind, at));
                }
            }
        };
        self.remember(absolute(span.start as usize), absolute(at));
        result
    }

    fn remember(&mut self, start: u64, end: u64) {
        let (start, end) = match self.runs.range(..=start).next_back() {
            Some((known, known_end)) if *known_end >= start => (*known, end.max(*known_end)),
            _ => (start, end),
        };
        if end - start < Self::WORTH_KNOWING {
            return;
        }
        while let Some((&inner, &inner_end)) = self.runs.range(start + 1..end).next() {
            debug_assert!(inner_end <= end, "a run that begins in text ends in it");
            self.runs.remove(&inner);
        }
        self.runs.insert(start, end);
    }
}

/// Whether a string that goes on to `end`, and is known to be text at `here` and beyond, ends there
/// with a whole character.
fn ends_on_character(bytes: &[u8], here: usize, end: usize) -> Result<bool, (Kind, usize)> {
    match bytes.get(here) {
        Some(next) if here == end && is_inside_character(*next) => {
            let start = (0..here).rev().find(|at| !is_inside_character(bytes[*at])).unwrap_or(0);
            Err((Kind::Utf8, start))
        }
        _ => Ok(here == end),
    }
}

/// Whether `byte` is one of the second to fourth bytes of a character.
fn is_inside_character(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Checksums of any long range of the bytes last looked at, each for the price of a short one.
///
/// With C(n) the CRC-32 of the first n bytes, the CRC-32 of bytes s..e is C(e) + C(s)·x^8(e-s),
/// polynomials over two elements modulo the CRC's own. C is kept at the end of each block.
#[derive(Debug)]
pub(crate) struct CrcPrefixes {
    /// Where the first block begins.
    start: u64,
    /// C, counted from `start`, at the start of each block known.
    at_block: Vec<u32>,
    /// x to the number of bits in as many blocks.
    powers: Vec<u32>,
    pub(crate) work: Work,
}

impl Default for CrcPrefixes {
    fn default() -> Self {
        Self { start: 0, at_block: vec![0], powers: vec![ONE], work: Work::default() }
    }
}

impl CrcPrefixes {
    const BLOCK: usize = 64;
    /// Ranges must be this long, so that two block borders lie in them.
    pub(crate) const SHORTEST: usize = 2 * Self::BLOCK;
    /// How far behind the range the first block may be.
    const MOST_BEHIND: u64 = 1 << 23;

    /// The CRC-32 of `bytes[start..end]`.
    pub(crate) fn range(&mut self, origin: u64, bytes: &[u8], start: usize, end: usize) -> u32 {
        debug_assert!(end - start >= Self::SHORTEST, "a short range is summed directly");
        let (from, to) = (origin + start as u64, origin + end as u64);
        let is_next_in_memory = self.block_start(self.at_block.len() - 1) >= origin;
        if !is_next_in_memory || from < self.start || from - self.start > Self::MOST_BEHIND {
            self.start = from;
            self.at_block.truncate(1);
        }
        let first = self.block_of(from + Self::BLOCK as u64 - 1);
        let last = self.block_of(to);
        self.learn(origin, bytes, last);

        let relative = |at: u64| usize::try_from(at - origin).expect("the range is in memory");
        let (first_at, last_at) = (relative(self.block_start(first)), relative(self.block_start(last)));
        let before_first = self.at_block[first] ^ crc32fast::hash(&bytes[start..first_at]);
        let up_to_last = self.at_block[last] ^ multiply(before_first, self.power(last - first));
        self.work.add(first_at - start + end - last_at);
        let mut hasher = Hasher::new_with_initial(up_to_last);
        hasher.update(&bytes[last_at..end]);
        hasher.finalize()
    }

    fn block_start(&self, block: usize) -> u64 {
        self.start + (block * Self::BLOCK) as u64
    }

    fn block_of(&self, at: u64) -> usize {
        usize::try_from(at - self.start).expect("the range is in memory") / Self::BLOCK
    }

    /// Sums blocks until the start of `block` is known.
    fn learn(&mut self, origin: u64, bytes: &[u8], block: usize) {
        while self.at_block.len() <= block {
            let known = self.at_block.len() - 1;
            let at = usize::try_from(self.block_start(known) - origin).expect("the next block is in memory");
            self.work.add(Self::BLOCK);
            let mut hasher = Hasher::new_with_initial(self.at_block[known]);
            hasher.update(&bytes[at..at + Self::BLOCK]);
            self.at_block.push(hasher.finalize());
        }
    }

    fn power(&mut self, blocks: usize) -> u32 {
        while self.powers.len() <= blocks {
            let last = self.powers[self.powers.len() - 1];
            self.powers.push(multiply(last, BLOCK_BITS));
        }
        self.powers[blocks]
    }
}

/// The polynomial 1: as everywhere in CRC-32, the highest bit is the lowest power.
const ONE: u32 = 1 << 31;

/// The CRC-32 polynomial without its highest power.
const MODULUS: u32 = 0xedb8_8320;

/// x to the number of bits in a block, 512: x squared nine times.
const BLOCK_BITS: u32 = {
    let (mut power, mut squared) = (ONE >> 1, 0);
    while squared < 9 {
        power = multiply(power, power);
        squared += 1;
    }
    power
};

/// The product of two polynomials modulo that of the CRC, four terms at a time.
const fn multiply(mut a: u32, b: u32) -> u32 {
    let mut times_b = [0; 16];
    (times_b[8], times_b[4]) = (b, times_x(b, 1));
    (times_b[2], times_b[1]) = (times_x(b, 2), times_x(b, 3));
    let mut terms = 1_usize;
    while terms < 16 {
        let last = terms & terms.wrapping_neg();
        times_b[terms] = times_b[terms - last] ^ times_b[last];
        terms += 1;
    }
    // The lowest bits stand for the highest powers.
    let (mut product, mut left) = (0, 8);
    while left > 0 {
        product = (product >> 4) ^ OVERFLOW[(product & 0xf) as usize] ^ times_b[(a & 0xf) as usize];
        a >>= 4;
        left -= 1;
    }
    product
}

/// What four bits come to that overflow in a product with x⁴.
const OVERFLOW: [u32; 16] = {
    let mut overflow = [0; 16];
    let mut bits = 1;
    while bits < 16 {
        overflow[bits as usize] = times_x(bits, 4);
        bits += 1;
    }
    overflow
};

/// The product of a polynomial with x, so many times.
const fn times_x(mut polynomial: u32, mut times: u32) -> u32 {
    while times > 0 {
        polynomial = (polynomial >> 1) ^ (MODULUS & (polynomial & 1).wrapping_neg());
        times -= 1;
    }
    polynomial
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_of_any_range_is_the_one_computed_directly() {
        let bytes: Vec<u8> = (0..5000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect();
        let mut known = CrcPrefixes::default();
        for start in [0, 1, 63, 64, 65, 700, 701, 3000] {
            for length in [128, 129, 191, 192, 1000, 1999] {
                let end = start + length;
                assert_eq!(known.range(0, &bytes, start, end), crc32fast::hash(&bytes[start..end]), "{start}..{end}");
            }
        }
        let later = &bytes[900..];
        assert_eq!(known.range(900, later, 5, 800), crc32fast::hash(&later[5..800]), "after bytes were dropped");
        let apart = &bytes[4000..];
        let mut known = CrcPrefixes::default();
        assert_eq!(known.range(1 << 40, apart, 7, 900), crc32fast::hash(&apart[7..900]), "after a gap");
    }

    #[test]
    fn the_bytes_after_a_known_string_are_none_of_its_own() {
        let mut known = TextMemo::default();
        let mut bytes = vec![b'x'; 300];
        let span = Span { start: 0, end: 300 };
        assert_eq!(known.check(0, span, &bytes), Ok(true));
        bytes.push(0x8c);
        assert_eq!(known.check(0, span, &bytes), Ok(true), "a checksum that begins as no character does may follow");
    }

    #[test]
    fn runs_that_lie_behind_are_forgotten_and_no_others() {
        let mut known = TextMemo::default();
        let (span, bytes) = (Span { start: 0, end: 300 }, vec![b'x'; 300]);
        for origin in [0, 1000, 2000] {
            assert_eq!(known.check(origin, span, &bytes), Ok(true));
        }
        known.forget_before(1299);
        assert_eq!(known.runs.iter().collect::<Vec<_>>(), [(&1000, &1300), (&2000, &2300)]);
        known.forget_before(1300);
        assert_eq!(known.runs.iter().collect::<Vec<_>>(), [(&2000, &2300)]);
    }

    #[test]
    fn a_string_is_judged_the_same_with_and_without_what_is_known() {
        let text = "añ€𐍈 and plain text between, ".repeat(40).into_bytes();
        let mut broken = text.clone();
        broken[700] = 0xff;
        broken[901] = 0;
        for bytes in [&text, &broken] {
            let mut known = TextMemo::default();
            for (start, end) in
                [(400, 690), (0, 1000), (13, 1100), (390, 699), (2, 701), (600, 1000), (705, 1000), (3, 17)]
            {
                let span = Span { start, end };
                let string = &bytes[start as usize..end as usize];
                let fresh = check_text(string, true).map(|_| true).map_err(|(kind, at)| (kind, at + start as usize));
                for _ in 0..2 {
                    assert_eq!(known.check(0, span, bytes), fresh, "{start}..{end}");
                }
            }
        }
    }
}
