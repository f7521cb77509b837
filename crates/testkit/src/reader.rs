//! Readers that are awkward in the ways that pipes are.

use std::io::{self, ErrorKind, Read};

use crate::random::Random;

/// Gives bytes out in pieces, none longer than the sizes say.
#[derive(Clone, Debug)]
pub struct Pieces<'a, S> {
    bytes: &'a [u8],
    sizes: S,
}

/// A reader of one byte at a time.
#[must_use]
pub fn one_byte_at_a_time(bytes: &[u8]) -> impl Read {
    pieces(bytes, std::iter::repeat(1))
}

/// A reader of pieces of the sizes given, and of the rest in one piece when the sizes end.
pub fn pieces<S: IntoIterator<Item = usize>>(bytes: &[u8], sizes: S) -> Pieces<'_, S::IntoIter> {
    Pieces { bytes, sizes: sizes.into_iter() }
}

/// A reader of pieces of one to `most` bytes, as the seed has it.
///
/// # Panics
///
/// When `most` is 0.
#[must_use]
pub fn random_pieces(bytes: &[u8], most: usize, seed: u64) -> impl Read {
    let mut random = Random::new(seed);
    pieces(bytes, std::iter::repeat_with(move || 1 + random.below(most)))
}

impl<S: Iterator<Item = usize>> Read for Pieces<'_, S> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes.next().unwrap_or(usize::MAX).max(1);
        let size = size.min(out.len()).min(self.bytes.len());
        let (piece, rest) = self.bytes.split_at(size);
        out[..size].copy_from_slice(piece);
        self.bytes = rest;
        Ok(size)
    }
}

/// A reader each of whose reads is interrupted once before it succeeds.
#[derive(Clone, Debug)]
pub struct Interrupted<R> {
    reader: R,
    is_next: bool,
}

/// Interrupts every other read.
pub fn interrupted<R: Read>(reader: R) -> Interrupted<R> {
    Interrupted { reader, is_next: true }
}

impl<R: Read> Read for Interrupted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let is_now = self.is_next;
        self.is_next = !is_now;
        if is_now { Err(ErrorKind::Interrupted.into()) } else { self.reader.read(out) }
    }
}

/// A reader that fails once it has given out so many bytes.
#[derive(Clone, Debug)]
pub struct Failing<R> {
    reader: R,
    left: usize,
}

/// Fails once `after` bytes were read.
pub fn failing<R: Read>(reader: R, after: usize) -> Failing<R> {
    Failing { reader, left: after }
}

impl<R: Read> Read for Failing<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other("the device is gone"));
        }
        let most = out.len().min(self.left);
        let count = self.reader.read(&mut out[..most])?;
        self.left -= count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reader_gives_all_bytes_in_order() {
        let bytes = Random::new(1).bytes(1000);
        let readers: [Box<dyn Read>; 4] = [
            Box::new(one_byte_at_a_time(&bytes)),
            Box::new(pieces(&bytes, [3, 0, 700])),
            Box::new(random_pieces(&bytes, 40, 2)),
            Box::new(interrupted(&bytes[..])),
        ];
        for mut reader in readers {
            let mut out = Vec::new();
            reader.read_to_end(&mut out).unwrap();
            assert_eq!(out, bytes);
        }
    }

    #[test]
    fn a_failing_reader_gives_what_comes_before_the_failure() {
        let mut out = Vec::new();
        assert!(failing(&b"hello"[..], 3).read_to_end(&mut out).is_err());
        assert_eq!(out, b"hel");
    }
}
