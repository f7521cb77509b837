//! What is known of a test while it runs.

use std::time::Instant;

use subunit_cli::{HeldAttachments, Spill, Trouble};
use subunit_codec::{Packet, Renew, Span, Status};
use subunit_formats::text::is_text_attachment;
use subunit_formats::worker::Worker;

/// What the packets of a test say together.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) status: Option<Status>,
    pub(crate) span: Span,
    pub(crate) attachments: HeldAttachments,
    worker_tag: String,
    /// When its packets came here.
    pub(crate) arrival: Option<Arrival>,
    /// How often it was told that the test is silent, since its last packet.
    pub(crate) times_told: u32,
}

/// When the first and the last packet of a test came here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub(crate) first: Instant,
    pub(crate) last: Instant,
}

impl Renew for Record {
    /// Keeps the memory of the tag. The attachments were forgotten.
    fn renew(&mut self) {
        (self.status, self.span, self.arrival) = (None, Span::default(), None);
        self.worker_tag.clear();
    }
}

impl Record {
    /// Adds what a packet says, which came at this time.
    pub(crate) fn add(&mut self, packet: &Packet<'_>, now: Instant, spill: &mut Spill) -> Result<(), Trouble> {
        let first = self.arrival.map_or(now, |arrival| arrival.first);
        (self.arrival, self.times_told) = (Some(Arrival { first, last: now }), 0);
        let timestamp = packet.timestamp();
        self.span.start = self.span.start.or(timestamp);
        if let Some(tags) = packet.tags() {
            let worker = Worker::new(packet.route_code(), tags);
            self.worker_tag.clear();
            self.worker_tag.push_str(worker.tag.unwrap_or_default());
        }
        if let Some(status) = packet.status() {
            self.status = Some(status);
            if status.is_final() {
                self.span.stop = timestamp;
            }
        }
        // Until its type is known, it may be text.
        self.attachments.add(packet, spill, |attachment| match attachment.mime_type.as_deref() {
            Some(mime_type) if !is_text_attachment(&attachment.name, Some(mime_type)) => 0,
            _ => u64::MAX,
        })
    }

    /// Who runs the test.
    pub(crate) fn worker<'a>(&'a self, route_code: Option<&'a str>) -> Worker<'a> {
        Worker { route_code, tag: Some(&*self.worker_tag).filter(|tag| !tag.is_empty()) }
    }
}
