//! Text, four blanks in.

use subunit_cli::Trouble;

/// Indents the lines of a text that comes in pieces.
#[derive(Default)]
pub(crate) struct Indented {
    /// What was not handed on: the start of a line, mostly.
    pending: String,
    /// Whether the next character goes on with a line.
    is_in_line: bool,
}

impl Indented {
    /// A line is cut into pieces of this length.
    const MOST: usize = 1 << 18;

    /// Adds a piece, and hands on whole lines.
    pub(crate) fn push(
        &mut self,
        text: &str,
        show: &mut impl FnMut(&str) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let room = self.pending.try_reserve(text.len() + 4 * lines);
        room.map_err(|_| Trouble::message("out of memory"))?;
        for line in text.split_inclusive('\n') {
            // Empty lines stay empty.
            if !self.is_in_line && line != "\n" {
                self.pending.push_str("    ");
            }
            self.pending.push_str(line);
            self.is_in_line = !line.ends_with('\n');
        }
        let end = self.pending.rfind('\n').map_or(0, |newline| newline + 1);
        let end = if end == 0 && self.pending.len() > Self::MOST { self.pending.len() } else { end };
        if end > 0 {
            show(&self.pending[..end])?;
            self.pending.drain(..end);
        }
        Ok(())
    }

    /// Ends the last line.
    pub(crate) fn end(mut self, show: &mut impl FnMut(&str) -> Result<(), Trouble>) -> Result<(), Trouble> {
        if self.is_in_line {
            self.pending.push('\n');
            show(&self.pending)?;
        }
        Ok(())
    }
}
