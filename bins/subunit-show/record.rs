//! All that a stream says of a test.

use subunit_cli::{HeldAttachments, Spill, Trouble};
use subunit_codec::{Packet, Renew, Span, Status};

use crate::attachment::Keep;

/// What the packets of a test say together.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) status: Option<Status>,
    pub(crate) tags: Vec<String>,
    pub(crate) span: Span,
    pub(crate) runnable: bool,
    pub(crate) attachments: HeldAttachments,
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
        self.attachments.add(packet, spill, |attachment| keep.most(attachment))
    }
}
