//! The attachments of a test, in memory or in a temporary file.

use std::collections::HashMap;

use subunit_codec::Packet;

use crate::spill::{Held, Spill};
use crate::trouble::Trouble;

/// An attachment of a test.
#[derive(Debug, Default)]
pub struct HeldAttachment {
    /// Its name. A file that goes on after its end is a new attachment of the same name.
    pub name: String,
    /// The first MIME type that one of its packets gave.
    pub mime_type: Option<String>,
    /// Its length in bytes.
    pub size: u64,
    /// Its content, as far as it is kept.
    pub content: Held,
    /// Whether its last packet said that it is the last one.
    pub is_ended: bool,
}

/// The attachments of a test, in the order in which they began. Their bytes are kept in a
/// [`Spill`], which is to [forget](Self::forget) them.
///
/// ```
/// use subunit_cli::{HeldAttachments, Spill, Trouble};
/// use subunit_codec::{Event, Packet, encode};
///
/// let mut bytes = Vec::new();
/// let file = Event::test("a").file("log", &b"long text"[..]).mime_type("text/plain");
/// encode(&file, &mut bytes).map_err(Trouble::message)?;
/// let packet = Packet::parse(&bytes).map_err(Trouble::message)?;
/// let mut spill = Spill::new(1 << 20, 1 << 16);
/// let mut attachments = HeldAttachments::default();
/// attachments.add(&packet, &mut spill, |_| 4)?;
/// let [log] = attachments.as_slice() else { panic!("there is one") };
/// assert_eq!((&*log.name, log.size, log.content.len()), ("log", 9, 4));
/// attachments.forget(&mut spill);
/// # Ok::<(), Trouble>(())
/// ```
#[derive(Debug, Default)]
pub struct HeldAttachments {
    attachments: Vec<HeldAttachment>,
    /// Attachments that did not end yet, by name.
    unended: HashMap<String, usize>,
}

impl HeldAttachments {
    /// Bytes are kept in pieces of this length.
    const PIECE: usize = 64 << 10;

    /// Adds the part of a file that is in a packet, if there is one. `most` says how many bytes of
    /// the attachment are kept, from its start.
    ///
    /// # Errors
    ///
    /// If memory is out, or a temporary file cannot be made or written.
    #[inline]
    pub fn add(
        &mut self,
        packet: &Packet<'_>,
        spill: &mut Spill,
        most: impl FnOnce(&HeldAttachment) -> u64,
    ) -> Result<(), Trouble> {
        let Some(name) = packet.file_name() else { return Ok(()) };
        let attachment = self.unended(name);
        attachment.mime_type = attachment.mime_type.take().or_else(|| packet.mime_type().map(str::to_owned));
        attachment.is_ended = packet.is_eof();
        attachment.add(packet.file_bytes().unwrap_or_default(), spill, most)?;
        if packet.is_eof() {
            self.unended.remove(name);
        }
        Ok(())
    }

    /// Adds bytes to the attachment of this name.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    pub fn add_bytes(
        &mut self,
        name: &str,
        bytes: &[u8],
        spill: &mut Spill,
        most: impl FnOnce(&HeldAttachment) -> u64,
    ) -> Result<(), Trouble> {
        self.unended(name).add(bytes, spill, most)
    }

    /// All of them.
    #[must_use]
    pub fn as_slice(&self) -> &[HeldAttachment] {
        &self.attachments
    }

    /// Takes out the last one of this name.
    pub fn take(&mut self, name: &str) -> Option<HeldAttachment> {
        self.unended.clear();
        let index = self.attachments.iter().rposition(|attachment| attachment.name == name)?;
        Some(self.attachments.remove(index))
    }

    /// Frees the bytes of all of them, of which there are none then.
    pub fn forget(&mut self, spill: &mut Spill) {
        self.attachments.iter_mut().for_each(|attachment| spill.forget(&mut attachment.content));
        self.attachments.clear();
        self.unended.clear();
    }

    /// The attachment of this name that has not ended, or a new one.
    fn unended(&mut self, name: &str) -> &mut HeldAttachment {
        let index = self.unended.get(name).copied().unwrap_or_else(|| {
            self.attachments.push(HeldAttachment { name: name.to_owned(), ..HeldAttachment::default() });
            self.unended.insert(name.to_owned(), self.attachments.len() - 1);
            self.attachments.len() - 1
        });
        &mut self.attachments[index]
    }
}

impl HeldAttachment {
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

    fn add(
        &mut self,
        bytes: &[u8],
        spill: &mut Spill,
        most: impl FnOnce(&HeldAttachment) -> u64,
    ) -> Result<(), Trouble> {
        let room = usize::try_from(most(self).saturating_sub(self.size)).unwrap_or(usize::MAX);
        self.size += bytes.len() as u64;
        let mut pieces = bytes[..bytes.len().min(room)].chunks(HeldAttachments::PIECE);
        pieces.try_for_each(|piece| spill.add(&mut self.content, piece))
    }
}
