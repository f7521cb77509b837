//! The packets that directives stand for.

use std::borrow::Cow;

use memchr::memchr;

use crate::encode::encode_to_vec;
use crate::event::Event;
use crate::packet::Packet;
use crate::packet::header::Header;
use crate::packet::status::Status;
use crate::packet::timestamp::Timestamp;

/// Packets that were made and not taken yet, and the attachment that is being read.
#[derive(Debug, Default)]
pub(super) struct Packets {
    bytes: Vec<u8>,
    taken: usize,
    detail: Detail,
}

#[derive(Debug, Default)]
struct Detail {
    name: String,
    mime_type: String,
    /// Content that was not written yet.
    bytes: Vec<u8>,
}

/// A test and a time, of which a packet speaks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub(super) id: &'a str,
    pub(super) time: Option<Timestamp>,
}

impl<'a> Subject<'a> {
    fn event(self) -> Event<'a> {
        Event { timestamp: self.time, ..Event::test(self.id) }
    }
}

impl Packets {
    /// Attachments are written in pieces of this size.
    const PIECE: usize = 1 << 20;

    /// The length of the next packet that was made.
    pub(super) fn next_length(&mut self) -> Option<usize> {
        if self.taken == self.bytes.len() {
            self.bytes.clear();
            self.taken = 0;
        }
        let header = Header::read(&self.bytes[self.taken..]).ok().flatten()?;
        Some(header.length)
    }

    pub(super) fn take(&mut self, length: usize) -> Packet<'_> {
        let bytes = &self.bytes[self.taken..self.taken + length];
        self.taken += length;
        Packet::parse_unsummed(bytes).expect("what was encoded is a packet")
    }

    fn write(bytes: &mut Vec<u8>, event: &Event<'_>) {
        encode_to_vec(event, bytes).expect("lines and tags are kept below the packet limit and free of NUL");
    }

    /// A test has this status, and these tags if there are any.
    pub(super) fn status(&mut self, subject: Subject<'_>, status: Status, tags: Vec<Cow<'_, str>>) {
        let tags = Some(tags).filter(|tags| !tags.is_empty());
        Self::write(&mut self.bytes, &Event { tags, ..subject.event().status(status) });
    }

    /// An attachment begins.
    pub(super) fn begin_detail(&mut self, name: &[u8], mime_type: &[u8]) {
        self.detail.name = text(name).into_owned();
        self.detail.mime_type = text(mime_type).into_owned();
    }

    /// The attachment goes on.
    pub(super) fn detail(&mut self, subject: Subject<'_>, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.detail.bytes.len() == Self::PIECE {
                self.write_detail(subject, false);
            }
            let (piece, rest) = bytes.split_at(bytes.len().min(Self::PIECE - self.detail.bytes.len()));
            self.detail.bytes.extend_from_slice(piece);
            bytes = rest;
        }
    }

    /// The attachment ends.
    pub(super) fn end_detail(&mut self, subject: Subject<'_>) {
        self.write_detail(subject, true);
    }

    fn write_detail(&mut self, subject: Subject<'_>, is_last: bool) {
        let Detail { name, mime_type, bytes } = &self.detail;
        let event = subject.event().file(&**name, &**bytes);
        let mime_type = Some(Cow::from(&**mime_type)).filter(|mime_type| !mime_type.is_empty());
        Self::write(&mut self.bytes, &Event { mime_type, eof: is_last, ..event });
        self.detail.bytes.clear();
    }
}

/// Bytes as a string that a packet can hold.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) if memchr(0, bytes).is_none() => text.into(),
        _ => String::from_utf8_lossy(bytes).replace('\0', "\u{fffd}").into(),
    }
}
