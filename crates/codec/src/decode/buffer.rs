//! Bytes that came in and were not given out yet.

use std::collections::TryReserveError;

/// A buffer that is filled at its end and emptied at its start.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes given out so far.
    taken: u64,
}

impl Buffer {
    /// Room for at least this many bytes is made before each read: what a pipe holds.
    const READ: usize = 1 << 16;

    /// Bytes that came in and were not taken.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Where in the input [`bytes`](Self::bytes) begin.
    pub(crate) fn offset(&self) -> u64 {
        self.taken
    }

    /// Room for the next bytes, never empty. What is put there counts after
    /// [`filled`](Self::filled).
    pub(crate) fn space(&mut self) -> &mut [u8] {
        let wanted = self.make_room();
        self.bytes.resize(wanted, 0);
        &mut self.bytes[self.end..]
    }

    /// As [`space`](Self::space), but a system that is out of memory is an error and not the end of
    /// the process.
    pub(crate) fn try_space(&mut self) -> Result<&mut [u8], TryReserveError> {
        let wanted = self.make_room();
        self.bytes.try_reserve_exact(wanted - self.bytes.len())?;
        self.bytes.resize(wanted, 0);
        Ok(&mut self.bytes[self.end..])
    }

    /// Makes room by moving what is left to the front, and says how long the buffer has to be then.
    fn make_room(&mut self) -> usize {
        if self.bytes.len() - self.end >= Self::READ {
            return self.bytes.len();
        }
        // Moving what is left costs no more than four times what was taken since the last move did;
        // otherwise the buffer has to grow.
        if self.start >= (self.end - self.start) / 4 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.bytes.len() >= self.end + Self::READ {
            return self.bytes.len();
        }
        (self.end + 2 * Self::READ).max(2 * self.end)
    }

    /// Says that the first `count` bytes of [`space`](Self::space) are input now.
    pub(crate) fn filled(&mut self, count: usize) {
        self.end += count;
        assert!(self.end <= self.bytes.len(), "more bytes filled than there was room for");
    }

    /// Appends a copy of `bytes`.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let space = self.space();
            let count = space.len().min(bytes.len());
            space[..count].copy_from_slice(&bytes[..count]);
            self.filled(count);
            bytes = &bytes[count..];
        }
    }

    /// Takes the first `count` bytes.
    #[inline]
    pub(crate) fn take(&mut self, count: usize) -> &[u8] {
        let start = self.start;
        self.start += count;
        assert!(self.start <= self.end, "more bytes taken than came in");
        self.taken += count as u64;
        &self.bytes[start..self.start]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_whatever_the_steps() {
        let input: Vec<u8> = (0..=u8::MAX).cycle().take(1_000_000).collect();
        let mut buffer = Buffer::default();
        let mut output = Vec::new();
        for (step, piece) in input.chunks(7_777).enumerate() {
            buffer.feed(piece);
            let count = buffer.bytes().len() * (step % 3) / 2;
            output.extend_from_slice(buffer.take(count));
            assert_eq!(buffer.offset(), output.len() as u64);
        }
        output.extend_from_slice(buffer.bytes());
        assert!(input == output, "the same bytes in the same order");
    }
}
