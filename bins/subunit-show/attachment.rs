//! Attachments, in memory or in a temporary file.

use subunit_cli::{Held, Spill, Trouble};
use subunit_formats::text::is_text_attachment;

/// An attachment of a test.
#[derive(Debug, Default)]
pub(crate) struct Attachment {
    pub(crate) name: String,
    pub(crate) mime_type: Option<String>,
    /// Its length in bytes.
    pub(crate) size: u64,
    /// Its content, as far as it is kept.
    pub(crate) content: Held,
    pub(crate) is_ended: bool,
}

/// What is kept of the content of attachments.
#[derive(Clone, Debug)]
pub(crate) enum Keep {
    /// Texts, and the start of other attachments.
    Texts,
    /// Attachments of this name.
    Named(String),
}

impl Attachment {
    /// So many bytes of damage are shown.
    pub(crate) const HEAD: usize = 256;
    /// Bytes are kept in pieces of this length.
    const PIECE: usize = 64 << 10;

    pub(crate) fn is_text(&self) -> bool {
        is_text_attachment(&self.name, self.mime_type.as_deref())
    }

    /// Adds bytes to the end.
    pub(crate) fn add(&mut self, bytes: &[u8], keep: &Keep, spill: &mut Spill) -> Result<(), Trouble> {
        let is_kept = match keep {
            // Until its type is known, it may be text.
            Keep::Texts => self.mime_type.is_none() || self.is_text(),
            Keep::Named(name) => self.name == *name,
        };
        let room = if is_kept {
            bytes.len()
        } else {
            Self::HEAD.saturating_sub(usize::try_from(self.size).unwrap_or(Self::HEAD))
        };
        self.size += bytes.len() as u64;
        bytes[..bytes.len().min(room)].chunks(Self::PIECE).try_for_each(|piece| spill.add(&mut self.content, piece))
    }
}
