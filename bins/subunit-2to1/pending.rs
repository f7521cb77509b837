//! A test that has not ended.

use std::collections::HashMap;

use subunit_cli::{Held, Spill, Trouble};
use subunit_codec::{Event, Packet, Renew, Span, Status};

/// How much of an attachment is stored at once.
const PIECE: usize = 64 << 10;

/// What is known of a test until its outcome comes.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    pub(crate) span: Span,
    pub(crate) tags: Vec<String>,
    pub(crate) status: Option<Status>,
    pub(crate) is_not_runnable: bool,
    pub(crate) attachments: Vec<Attachment>,
    /// Attachments that have not ended, by name.
    unended: HashMap<String, usize>,
}

/// A file of a test.
#[derive(Debug)]
pub(crate) struct Attachment {
    pub(crate) name: String,
    pub(crate) mime_type: Option<String>,
    pub(crate) content: Held,
}

impl Renew for Pending {}

impl Pending {
    pub(crate) fn add(&mut self, packet: &Packet<'_>, store: &mut Spill) -> Result<(), Trouble> {
        let time = packet.timestamp();
        self.span.start = self.span.start.or(time);
        if let Some(tags) = packet.tags() {
            self.tags = tags.map(str::to_owned).collect();
        }
        if let Some(status) = packet.status() {
            self.status = Some(status);
            self.is_not_runnable = !packet.is_runnable();
            self.span.stop = time.filter(|_| status.is_final());
        }
        match (packet.file_name(), packet.file_bytes()) {
            (Some(name), Some(bytes)) => self.add_file(name, packet.mime_type(), bytes, packet.is_eof(), store),
            _ => Ok(()),
        }
    }

    /// Adds the attachment of an event.
    pub(crate) fn add_event(&mut self, event: &Event<'_>, store: &mut Spill) -> Result<(), Trouble> {
        let Some(file) = &event.file else { return Ok(()) };
        self.add_file(&file.name, event.mime_type.as_deref(), &file.bytes, event.eof, store)
    }

    fn add_file(
        &mut self,
        name: &str,
        mime_type: Option<&str>,
        bytes: &[u8],
        is_last: bool,
        store: &mut Spill,
    ) -> Result<(), Trouble> {
        let index = if is_last { self.unended.remove(name) } else { self.unended.get(name).copied() };
        let index = index.unwrap_or_else(|| {
            let attachment = Attachment { name: name.to_owned(), mime_type: None, content: Held::default() };
            self.attachments.push(attachment);
            let index = self.attachments.len() - 1;
            if !is_last {
                self.unended.insert(name.to_owned(), index);
            }
            index
        });
        let attachment = &mut self.attachments[index];
        if attachment.mime_type.is_none() {
            attachment.mime_type = mime_type.map(str::to_owned);
        }
        // They are read back in these pieces: a long one takes little memory then, too.
        bytes.chunks(PIECE).try_for_each(|piece| store.add(&mut attachment.content, piece))
    }

    /// Forgets the content of all attachments.
    pub(crate) fn forget(&mut self, store: &mut Spill) {
        self.attachments.iter_mut().for_each(|attachment| store.forget(&mut attachment.content));
    }
}
