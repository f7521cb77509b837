//! The file to attach, piece by piece.

use std::ffi::OsStr;
use std::io::{self, Read};

use rustix::fs::{FileType, fstat};
use subunit_cli::{self as cli, InterruptibleInput, Trouble};

/// A file that is read in pieces, each of which becomes a packet.
pub(crate) struct Attachment {
    name: String,
    input: InterruptibleInput,
    is_regular: bool,
    /// The last piece, and for a regular file the byte behind it that shows that it goes on.
    buffer: Vec<u8>,
    /// How many bytes of the buffer were given out.
    given: usize,
}

/// A piece of the file.
pub(crate) struct Piece<'a> {
    pub(crate) bytes: &'a [u8],
    /// Whether nothing more is read of the file.
    pub(crate) is_last: bool,
    /// Whether a signal ended the file before its end.
    pub(crate) is_cut: bool,
    /// Why the file was not read to its end.
    pub(crate) trouble: Option<Trouble>,
}

impl Attachment {
    /// What a pipe has to say at a time.
    const READ: usize = 64 << 10;
    /// So much of a regular file is a packet, as in python-subunit.
    const PIECE: usize = 3584 << 10;

    /// Opens a file, or standard input for `-`.
    ///
    /// # Errors
    ///
    /// If it cannot be opened, or is standard output as well.
    pub(crate) fn open(name: &OsStr) -> Result<Self, Trouble> {
        let (name, input) = cli::open_input(name)?;
        let is_regular = fstat(&input).is_ok_and(|found| FileType::from_raw_mode(found.st_mode).is_file());
        Ok(Self { name, input, is_regular, buffer: Vec::new(), given: 0 })
    }

    /// The next piece: of a pipe what comes at once, so that it is not held back. Its last piece is
    /// empty, because only then is it known to be the last. If reading fails, what was read before
    /// is the last piece.
    pub(crate) fn next(&mut self) -> Piece<'_> {
        self.buffer.drain(..self.given);
        let most = if self.is_regular { Self::PIECE + 1 } else { Self::READ };
        let filled = if self.is_regular { self.fill(most) } else { self.read(most).map(drop) };
        let trouble = filled.err().map(|cause| Trouble::with(&self.name, &cause));
        let is_end = if self.is_regular { self.buffer.len() < most } else { self.buffer.is_empty() };
        self.given = self.buffer.len().min(Self::PIECE);
        let is_last = is_end || trouble.is_some();
        Piece { bytes: &self.buffer[..self.given], is_last, is_cut: self.input.is_cut(), trouble }
    }

    fn fill(&mut self, most: usize) -> io::Result<()> {
        while self.buffer.len() < most && self.read(most)? > 0 {}
        Ok(())
    }

    /// Reads once, up to `most` bytes in the buffer.
    fn read(&mut self, most: usize) -> io::Result<usize> {
        let before = self.buffer.len();
        let after = most.min(before + Self::READ);
        self.buffer.try_reserve(after - before).map_err(|_| io::Error::other("out of memory"))?;
        self.buffer.resize(after, 0);
        let result = self.input.read(&mut self.buffer[before..]);
        self.buffer.truncate(before + result.as_ref().copied().unwrap_or(0));
        result
    }
}
