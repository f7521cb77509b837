//! Input of lines, as bytes.

use std::ffi::OsStr;
use std::io::{ErrorKind, Read};
use std::time::Duration;

use crate::input;
use crate::interruptible::InterruptibleInput;
use crate::output::Output;
use crate::trouble::Trouble;

/// Lines of a file, however long: those of more than [`MOST`](Self::MOST) bytes come in pieces.
///
/// Where the pieces are cut does not depend on how the bytes arrive. Memory is that of two longest
/// pieces.
#[derive(Debug)]
pub struct LineReader {
    name: String,
    file: InterruptibleInput,
    buffer: Vec<u8>,
    /// The bytes that were read and not given out.
    start: usize,
    end: usize,
    /// How many of these hold no newline.
    scanned: usize,
    /// Whether the next byte goes on with a line of which a piece was given out.
    is_in_line: bool,
    has_paused: bool,
    has_ended: bool,
}

/// A piece of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A line with its newline, the last one possibly without, or the first bytes of a longer one.
    Line(&'a [u8]),
    /// What follows of a line whose start was given out.
    Rest(&'a [u8]),
    /// Nothing came for as long as asked for. These bytes have come of the next piece.
    Pause(&'a [u8]),
}

impl LineReader {
    /// The longest piece, in bytes.
    pub const MOST: usize = 1 << 16;

    /// Opens the file of this name, or standard input for `-`. A signal ends it early, see
    /// [`InterruptibleInput`].
    ///
    /// # Errors
    ///
    /// When it cannot be opened, or standard output is the same file.
    pub fn open(name: &OsStr) -> Result<Self, Trouble> {
        let (name, file) = input::open(name, None)?;
        Ok(Self::new(name, file))
    }

    /// Reads from `file`, whose name is for people.
    #[must_use]
    pub fn new(name: String, file: InterruptibleInput) -> Self {
        Self {
            name,
            file,
            buffer: vec![0; 2 * Self::MOST],
            start: 0,
            end: 0,
            scanned: 0,
            is_in_line: false,
            has_paused: false,
            has_ended: false,
        }
    }

    /// What to call the file in a message.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether reading ended before the file did, because it was told to.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.file.is_cut()
    }

    /// The next piece, `None` at the end. Flushes `output` before it waits. With `patience`, a wait
    /// of that long is told, once.
    ///
    /// # Errors
    ///
    /// When reading or writing fails.
    pub fn next(&mut self, output: &mut Output, patience: Option<Duration>) -> Result<Option<Piece<'_>>, Trouble> {
        loop {
            if let Some(length) = self.complete() {
                return Ok(Some(self.take(length)));
            }
            if self.has_ended {
                let length = self.end - self.start;
                return Ok((length > 0).then(|| self.take(length)));
            }
            output.flush()?;
            if let Some(patience) = patience.filter(|_| !self.has_paused) {
                let is_ready = self.file.is_ready_within(patience);
                if !is_ready.map_err(|cause| Trouble::with(&self.name, &cause))? {
                    self.has_paused = true;
                    return Ok(Some(Piece::Pause(&self.buffer[self.start..self.end])));
                }
            }
            self.read()?;
        }
    }

    /// Takes the bytes of the last [pause](Piece::Pause) as a piece: what follows of their line is
    /// [`Rest`](Piece::Rest).
    pub fn take_partial(&mut self) {
        (self.start, self.scanned, self.is_in_line) = (self.end, 0, true);
    }

    /// The length of the next piece, when it is complete.
    fn complete(&mut self) -> Option<usize> {
        let bytes = &self.buffer[self.start..self.end];
        let most = bytes.len().min(Self::MOST);
        let newline = memchr::memchr(b'\n', &bytes[self.scanned..most]);
        let length = newline.map(|at| self.scanned + at + 1);
        self.scanned = most;
        length.or((most == Self::MOST).then_some(most))
    }

    fn take(&mut self, length: usize) -> Piece<'_> {
        let piece = &self.buffer[self.start..self.start + length];
        let is_rest = self.is_in_line;
        self.is_in_line = !piece.ends_with(b"\n");
        (self.start, self.scanned) = (self.start + length, 0);
        if is_rest { Piece::Rest(piece) } else { Piece::Line(piece) }
    }

    fn read(&mut self) -> Result<(), Trouble> {
        // Less than a piece is left, which is half of the room.
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        loop {
            match self.file.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    (self.has_ended, self.has_paused) = (count == 0, false);
                    self.end += count;
                    return Ok(());
                }
                Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
                Err(cause) => return Err(Trouble::with(&self.name, &cause)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Write, pipe};
    use std::os::fd::OwnedFd;
    use std::thread;

    use super::*;

    /// The pieces of some bytes that come in portions of this size.
    fn pieces(bytes: &[u8], size: usize) -> Vec<(bool, Vec<u8>)> {
        let (reader, mut writer) = pipe().unwrap();
        let mut lines =
            LineReader::new("test".to_owned(), InterruptibleInput::new(File::from(OwnedFd::from(reader)), None));
        let bytes = bytes.to_vec();
        let writing = thread::spawn(move || bytes.chunks(size).for_each(|chunk| writer.write_all(chunk).unwrap()));
        let mut output = Output::new().unwrap();
        let mut pieces = Vec::new();
        while let Some(piece) = lines.next(&mut output, None).unwrap() {
            pieces.push(match piece {
                Piece::Line(bytes) => (true, bytes.to_vec()),
                Piece::Rest(bytes) | Piece::Pause(bytes) => (false, bytes.to_vec()),
            });
        }
        writing.join().unwrap();
        pieces
    }

    #[test]
    fn lines_are_the_same_however_they_arrive() {
        let long = [vec![b'x'; 3 * LineReader::MOST + 5], b"\nshort\n\nlast".to_vec()].concat();
        let expected = pieces(&long, long.len());
        let lengths: Vec<_> = expected.iter().map(|(is_line, bytes)| (*is_line, bytes.len())).collect();
        let most = LineReader::MOST;
        assert_eq!(lengths, [(true, most), (false, most), (false, most), (false, 6), (true, 6), (true, 1), (true, 4)]);
        for size in [1, 7, 4096, LineReader::MOST, LineReader::MOST + 1] {
            assert_eq!(pieces(&long, size), expected, "in portions of {size}");
        }
    }

    #[test]
    fn a_line_as_long_as_a_piece_is_whole() {
        let line = [vec![b'x'; LineReader::MOST - 1], b"\n".to_vec()].concat();
        assert_eq!(pieces(&[&line[..], b"next\n"].concat(), 1000), [(true, line), (true, b"next\n".to_vec())]);
    }

    #[test]
    fn a_pause_is_told_once_with_what_has_come() {
        let (reader, mut writer) = pipe().unwrap();
        let mut lines =
            LineReader::new("test".to_owned(), InterruptibleInput::new(File::from(OwnedFd::from(reader)), None));
        let mut output = Output::new().unwrap();
        let patience = Some(Duration::from_millis(20));
        writer.write_all(b"line\npart").unwrap();
        assert_eq!(lines.next(&mut output, patience).unwrap(), Some(Piece::Line(b"line\n")));
        assert_eq!(lines.next(&mut output, patience).unwrap(), Some(Piece::Pause(b"part")));
        lines.take_partial();
        writer.write_all(b"ly\n").unwrap();
        assert_eq!(lines.next(&mut output, patience).unwrap(), Some(Piece::Rest(b"ly\n")));
        drop(writer);
        assert_eq!(lines.next(&mut output, patience).unwrap(), None);
    }
}
