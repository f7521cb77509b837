//! All that a stream says of a test.

use subunit_codec::{Packet, Renew, Span, Status};

use crate::attachments::{HeldAttachment, HeldAttachments};
use crate::spill::Spill;
use crate::trouble::Trouble;

/// What the packets of a test say together, for a [`Tracker`](subunit_codec::Tracker). The content
/// of its attachments waits in a [`Spill`], which is to [forget](HeldAttachments::forget) it.
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
    /// Its attachments.
    pub attachments: HeldAttachments,
}

impl Renew for Record {}

impl Record {
    /// Adds what a packet says. `most` says how many bytes of an attachment are kept, from its
    /// start.
    ///
    /// # Errors
    ///
    /// As [`HeldAttachments::add`].
    pub fn add(
        &mut self,
        packet: &Packet<'_>,
        spill: &mut Spill,
        most: impl FnOnce(&HeldAttachment) -> u64,
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
        self.attachments.add(packet, spill, most)
    }
}
