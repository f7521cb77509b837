//! All that a stream says of a test.

use std::collections::HashMap;

use subunit_codec::{Packet, Renew, Span, Status};

use crate::attachment::Attachment;
use crate::spill::Spill;
use crate::trouble::Trouble;

/// What the packets of a test say together, for a [`Tracker`](subunit_codec::Tracker). The content
/// of its attachments waits in a [`Spill`], which is to [forget](Self::forget) it.
#[derive(Debug, Default)]
pub struct Record {
    /// The last status.
    pub status: Option<Status>,
    /// The tags that its packets gave last.
    pub tags: Vec<String>,
    /// From its first packet to the one that ended it.
    pub span: Span,
    /// Whether the last packet with a status said that it can be run by itself.
    pub runnable: bool,
    /// In the order in which they began.
    pub attachments: Vec<Attachment>,
    /// Attachments that did not end yet, by name.
    unended: HashMap<String, usize>,
}

impl Renew for Record {}

impl Record {
    /// Adds what a packet says. `most` tells how many bytes of an attachment are kept, by its name
    /// and MIME type.
    ///
    /// # Errors
    ///
    /// If memory is out, or a temporary file cannot be written.
    pub fn add(
        &mut self,
        packet: &Packet<'_>,
        most: impl Fn(&Attachment) -> u64,
        spill: &mut Spill,
    ) -> Result<(), Trouble> {
        let timestamp = packet.timestamp();
        self.span.start = self.span.start.or(timestamp);
        if let Some(tags) = packet.tags() {
            self.tags = tags.map(str::to_owned).collect();
        }
        if let Some(status) = packet.status() {
            self.status = Some(status);
            self.runnable = packet.is_runnable();
            if status.is_final() {
                self.span.stop = timestamp;
            }
        }
        let Some(name) = packet.file_name() else { return Ok(()) };
        let attachment = self.attachment(name);
        attachment.mime_type = attachment.mime_type.take().or_else(|| packet.mime_type().map(str::to_owned));
        attachment.is_ended = packet.is_eof();
        attachment.add(packet.file_bytes().unwrap_or_default(), most(attachment), spill)?;
        if packet.is_eof() {
            self.unended.remove(name);
        }
        Ok(())
    }

    /// Adds text that stands between packets to the file of this name. `most` is as in
    /// [`add`](Self::add).
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    pub fn add_text(
        &mut self,
        name: &str,
        text: &[u8],
        most: impl Fn(&Attachment) -> u64,
        spill: &mut Spill,
    ) -> Result<(), Trouble> {
        let attachment = self.attachment(name);
        attachment.add(text, most(attachment), spill)
    }

    /// The attachment of this name that has not ended, or a new one.
    fn attachment(&mut self, name: &str) -> &mut Attachment {
        let index = self.unended.get(name).copied().unwrap_or_else(|| {
            self.attachments.push(Attachment { name: name.to_owned(), ..Attachment::default() });
            self.unended.insert(name.to_owned(), self.attachments.len() - 1);
            self.attachments.len() - 1
        });
        &mut self.attachments[index]
    }

    /// Frees the content of all attachments.
    pub fn forget(&mut self, spill: &mut Spill) {
        self.attachments.iter_mut().for_each(|attachment| spill.forget(&mut attachment.content));
    }
}
