//! Parts of the page that grow side by side.

use subunit_cli::{Held, ReportDraft, Spill, Trouble};

/// A part of the page, in memory as long as it is short and then in a temporary file.
pub(crate) struct Part {
    spill: Spill,
    held: Held,
    buffer: Vec<u8>,
}

impl Part {
    /// So many bytes are gathered before they are handed on.
    const AT_ONCE: usize = 64 << 10;
    const MOST_IN_MEMORY: usize = 1 << 18;

    pub(crate) fn new() -> Self {
        Self { spill: Spill::new(Self::MOST_IN_MEMORY, usize::MAX), held: Held::default(), buffer: Vec::new() }
    }

    /// Adds what `write` writes.
    pub(crate) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), Trouble> {
        write(&mut self.buffer);
        if self.buffer.len() < Self::AT_ONCE {
            return Ok(());
        }
        self.spill.add(&mut self.held, &self.buffer)?;
        self.buffer.clear();
        self.buffer.shrink_to(2 * Self::AT_ONCE);
        Ok(())
    }

    /// Adds markup.
    pub(crate) fn push(&mut self, markup: &str) -> Result<(), Trouble> {
        self.add(|buffer| buffer.extend_from_slice(markup.as_bytes()))
    }

    /// Adds all of it to another part.
    pub(crate) fn move_to(self, other: &mut Self) -> Result<(), Trouble> {
        self.spill.read(&self.held, |piece| other.add(|buffer| buffer.extend_from_slice(piece)))?;
        other.add(|buffer| buffer.extend_from_slice(&self.buffer))
    }

    /// Adds all of it to the page.
    pub(crate) fn write(&self, page: &mut ReportDraft) -> Result<(), Trouble> {
        self.spill.read(&self.held, |piece| page.add(piece))?;
        page.add(&self.buffer)
    }
}
