//! What is kept of the content of attachments.

use subunit_cli::HeldAttachment;
use subunit_formats::text::is_text_attachment;

/// What is kept of the content of attachments.
#[derive(Clone, Debug)]
pub(crate) enum Keep {
    /// Texts, and the start of other attachments.
    Texts,
    /// Attachments of this name.
    Named(String),
}

impl Keep {
    /// So many bytes of damage are shown.
    pub(crate) const HEAD: usize = 256;

    /// How many bytes of an attachment are kept.
    pub(crate) fn most(&self, attachment: &HeldAttachment) -> u64 {
        let is_kept = match self {
            // Until its type is known, it may be text.
            Self::Texts => attachment.mime_type.is_none() || is_text(attachment),
            Self::Named(name) => attachment.name == *name,
        };
        if is_kept { u64::MAX } else { Self::HEAD as u64 }
    }
}

/// Whether an attachment is text.
pub(crate) fn is_text(attachment: &HeldAttachment) -> bool {
    is_text_attachment(&attachment.name, attachment.mime_type.as_deref())
}
