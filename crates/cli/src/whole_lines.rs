//! Input of lines that are kept whole.

use std::ffi::OsStr;
use std::time::Duration;

use crate::line_reader::{LineReader, Piece};
use crate::output::Output;
use crate::trouble::Trouble;

/// Lines of a file, each as a whole. Memory is that of the longest line.
#[derive(Debug)]
pub struct WholeLines {
    reader: LineReader,
    line: Vec<u8>,
    is_given_out: bool,
    number: u64,
}

/// What comes next of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WholeLine<'a> {
    /// A line with its newline, the last one possibly without.
    Line(&'a [u8]),
    /// Nothing came for as long as asked for.
    Pause,
}

impl WholeLines {
    /// Opens the file of this name, or standard input for `-`. A signal ends it early, see
    /// [`InterruptibleInput`](crate::InterruptibleInput).
    ///
    /// # Errors
    ///
    /// When it cannot be opened, or standard output is the same file.
    pub fn open(name: &OsStr) -> Result<Self, Trouble> {
        Ok(Self { reader: LineReader::open(name)?, line: Vec::new(), is_given_out: false, number: 0 })
    }

    /// What to call the file in a message.
    #[must_use]
    pub fn name(&self) -> &str {
        self.reader.name()
    }

    /// The number of the last line, from 1; 0 before the first one.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The next line, `None` at the end. Flushes `output` before it waits. With `patience`, a wait
    /// of that long is told, once.
    ///
    /// # Errors
    ///
    /// When reading or writing fails, or memory is out.
    pub fn next(&mut self, output: &mut Output, patience: Option<Duration>) -> Result<Option<WholeLine<'_>>, Trouble> {
        if std::mem::take(&mut self.is_given_out) {
            self.line.clear();
        }
        while !self.line.ends_with(b"\n") {
            match self.reader.next(output, patience)? {
                Some(Piece::Line(piece) | Piece::Rest(piece)) => {
                    self.line.try_reserve(piece.len()).map_err(|_| Trouble::message("out of memory"))?;
                    self.line.extend_from_slice(piece);
                }
                Some(Piece::Pause(_)) => return Ok(Some(WholeLine::Pause)),
                None if self.line.is_empty() => return Ok(None),
                None => break,
            }
        }
        self.is_given_out = true;
        self.number += 1;
        Ok(Some(WholeLine::Line(&self.line)))
    }
}
