//! Attachments, in memory or in a temporary file.

use crate::spill::{Held, Spill};
use crate::trouble::Trouble;

/// An attachment of a test.
#[derive(Debug, Default)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// The first MIME type that one of its packets gave.
    pub mime_type: Option<String>,
    /// Its length in bytes.
    pub size: u64,
    /// Its content, as far as it is kept.
    pub content: Held,
    /// Whether its last packet came.
    pub is_ended: bool,
}

impl Attachment {
    /// Bytes are kept in pieces of this length.
    const PIECE: usize = 64 << 10;

    /// Adds bytes to the end. Of the whole attachment at most `most` bytes are kept.
    pub(crate) fn add(&mut self, bytes: &[u8], most: u64, spill: &mut Spill) -> Result<(), Trouble> {
        let room = usize::try_from(most.saturating_sub(self.size)).unwrap_or(usize::MAX);
        self.size += bytes.len() as u64;
        bytes[..bytes.len().min(room)].chunks(Self::PIECE).try_for_each(|piece| spill.add(&mut self.content, piece))
    }

    /// The first bytes that are kept of it, at most so many.
    ///
    /// # Errors
    ///
    /// If reading fails.
    pub fn head(&self, most: usize, spill: &Spill) -> Result<Vec<u8>, Trouble> {
        let mut head = Vec::new();
        spill.read(&self.content, |piece| {
            head.extend_from_slice(&piece[..piece.len().min(most - head.len())]);
            Ok(())
        })?;
        Ok(head)
    }
}
