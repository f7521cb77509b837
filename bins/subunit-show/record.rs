//! All that a stream says of a test.

use std::collections::HashMap;

use subunit_cli::{Spill, Trouble};
use subunit_codec::{Packet, Renew, Span, Status};

use crate::attachment::{Attachment, Keep};

/// What the packets of a test say together.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) status: Option<Status>,
    pub(crate) tags: Vec<String>,
    pub(crate) span: Span,
    pub(crate) runnable: bool,
    /// In the order in which they began.
    pub(crate) attachments: Vec<Attachment>,
    /// Attachments that did not end yet, by name.
    unended: HashMap<String, usize>,
}

impl Renew for Record {}

impl Record {
    /// Adds what a packet says.
    pub(crate) fn add(&mut self, packet: &Packet<'_>, keep: &Keep, spill: &mut Spill) -> Result<(), Trouble> {
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
        attachment.add(packet.file_bytes().unwrap_or_default(), keep, spill)?;
        if packet.is_eof() {
            self.unended.remove(name);
        }
        Ok(())
    }

    /// Adds text that stands between packets to the file of this name.
    pub(crate) fn add_text(&mut self, name: &str, text: &[u8], keep: &Keep, spill: &mut Spill) -> Result<(), Trouble> {
        self.attachment(name).add(text, keep, spill)
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
    pub(crate) fn forget(&mut self, spill: &mut Spill) {
        self.attachments.iter_mut().for_each(|attachment| spill.forget(&mut attachment.content));
    }
}
