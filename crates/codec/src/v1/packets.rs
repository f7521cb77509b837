//! Events from what lines mean.

use std::borrow::Cow;

use hashbrown::HashMap;

use crate::encode::encode;
use crate::event::Event;
use crate::packet::Packet;
use crate::packet::header::Header;
use crate::packet::status::Status;
use crate::packet::timestamp::Timestamp;
use crate::v1::line::{LineError, LineErrorKind, Outcome};
use crate::v1::parse::Receiver;

/// The events that directives stand for, written as packets, with the clock and the tags they need.
#[derive(Debug, Default)]
pub(super) struct Events {
    packets: Vec<u8>,
    taken: usize,
    time: Option<Timestamp>,
    /// The tags in force outside tests.
    global_tags: Tags,
    /// The tags of the test that runs.
    local_tags: Option<Tags>,
    test_id: String,
    detail: Detail,
}

#[derive(Debug, Default)]
struct Detail {
    name: String,
    mime_type: String,
    /// What was not written yet.
    bytes: Vec<u8>,
}

impl Events {
    /// Attachments are written in pieces of this size.
    const PIECE: usize = 1 << 20;
    /// More bytes of tags than this are refused: they have to fit a packet, and each test has a copy.
    const MOST_TAGS: usize = 1 << 16;

    /// The length of the next packet that was made.
    pub(super) fn next_length(&mut self) -> Option<usize> {
        if self.taken == self.packets.len() {
            self.packets.clear();
            self.taken = 0;
        }
        let header = Header::read(&self.packets[self.taken..]).ok().flatten()?;
        Some(header.length)
    }

    pub(super) fn take(&mut self, length: usize) -> Packet<'_> {
        let bytes = &self.packets[self.taken..self.taken + length];
        self.taken += length;
        Packet::parse_unsummed(bytes).expect("what was encoded is a packet")
    }

    /// Writes what there is to say of the test that runs: what `say` makes of an event with its id and the time.
    fn write<'a>(&'a mut self, say: impl FnOnce(Event<'a>, &'a Detail) -> Event<'a>) {
        let event = say(Event { timestamp: self.time, ..Event::test(&*self.test_id) }, &self.detail);
        encode(&event, &mut self.packets).expect("lines and tags are kept below the packet limit and free of NUL");
    }

    fn write_detail(&mut self, is_last: bool) {
        self.write(|event, detail| {
            let event = event.file(&*detail.name, &*detail.bytes);
            let mime_type = Some(Cow::from(&*detail.mime_type)).filter(|mime_type| !mime_type.is_empty());
            Event { mime_type, eof: is_last, ..event }
        });
        self.detail.bytes.clear();
    }

    fn finish(&mut self, status: Status) {
        let tags = self.local_tags.take().unwrap_or_default().into_vec();
        self.write(|event, _| {
            let event = event.status(status);
            if tags.is_empty() { event } else { event.tags(tags) }
        });
    }
}

impl Receiver for Events {
    fn start(&mut self, label: &[u8]) {
        self.test_id = text(label);
        self.local_tags = Some(self.global_tags.clone());
        self.write(|event, _| event.status(Status::InProgress));
    }

    fn begin_detail(&mut self, name: &[u8], mime_type: &[u8]) {
        self.detail.name = text(name);
        self.detail.mime_type = text(mime_type);
    }

    fn detail(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.detail.bytes.len() == Self::PIECE {
                self.write_detail(false);
            }
            let (piece, rest) = bytes.split_at(bytes.len().min(Self::PIECE - self.detail.bytes.len()));
            self.detail.bytes.extend_from_slice(piece);
            bytes = rest;
        }
    }

    fn end_detail(&mut self) {
        self.write_detail(true);
    }

    fn outcome(&mut self, outcome: Outcome) {
        self.finish(outcome.status());
    }

    fn interrupted(&mut self, reason: &str) {
        self.begin_detail(b"reason", b"text/plain; charset=\"utf8\"");
        self.detail(reason.as_bytes());
        self.end_detail();
        self.finish(Status::Fail);
    }

    fn time(&mut self, time: Timestamp) {
        self.time = Some(time);
    }

    fn tags(&mut self, line: &[u8]) -> Result<(), LineError> {
        let tags = self.local_tags.as_mut().unwrap_or(&mut self.global_tags);
        if tags.bytes + line.len() > Self::MOST_TAGS {
            return Err(LineError::new(LineErrorKind::Tags));
        }
        let line = text(line);
        let (removed, added): (Vec<_>, Vec<_>) = line.split_whitespace().partition(|tag| tag.starts_with('-'));
        for tag in added {
            tags.add(tag);
        }
        for tag in removed {
            tags.remove(&tag[1..]);
        }
        Ok(())
    }
}

/// A set of tags that knows the order in which they came.
#[derive(Clone, Debug, Default)]
struct Tags {
    /// The number of each tag: how many were added before it.
    numbers: HashMap<String, u64>,
    added: u64,
    /// The length of all tags.
    bytes: usize,
}

impl Tags {
    /// Adds a tag, as the last.
    fn add(&mut self, tag: &str) {
        if self.numbers.insert(tag.to_owned(), self.added).is_none() {
            self.bytes += tag.len();
        }
        self.added += 1;
    }

    fn remove(&mut self, tag: &str) {
        if self.numbers.remove(tag).is_some() {
            self.bytes -= tag.len();
        }
    }

    fn into_vec(self) -> Vec<String> {
        let mut tags: Vec<_> = self.numbers.into_iter().collect();
        tags.sort_by_key(|(_, number)| *number);
        tags.into_iter().map(|(tag, _)| tag).collect()
    }
}

/// Bytes as a string that a packet can hold.
fn text(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(text) if !bytes.contains(&0) => text.to_owned(),
        _ => String::from_utf8_lossy(bytes).replace('\0', "\u{fffd}"),
    }
}
