//! Packets that change on their way.

use std::borrow::Cow;

use crate::encode::encode_to_vec;
use crate::encode::fields::{
    MOST_AROUND, packet_length, string_length, tags_length, timestamp_length, write_bytes, write_checksum,
    write_header, write_tags, write_timestamp,
};
use crate::error::EncodeError;
use crate::event::Event;
use crate::packet::Packet;
use crate::packet::header::{MAX_LENGTH, flag};
use crate::packet::status::Status;
use crate::packet::timestamp::Timestamp;

/// What is to be different about a packet: its timestamp, test id, status, tags or route code. All
/// the rest of it stays, byte for byte.
///
/// ```
/// use subunit_codec::{PacketEdit, Packet};
///
/// let packet = Packet::parse(b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b")?;
/// let mut changed = Vec::new();
/// PacketEdit::new().route_code("0").encode(&packet, &mut changed)?;
/// let changed = Packet::parse(&changed)?;
/// assert_eq!((changed.test_id(), changed.route_code()), (Some("foo"), Some("0")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PacketEdit<'a> {
    timestamp: Option<Timestamp>,
    test_id: Option<Cow<'a, str>>,
    status: Option<Status>,
    tags: Change<Vec<Cow<'a, str>>>,
    route_code: Change<Cow<'a, str>>,
}

/// What becomes of a field that can be removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Change<T> {
    #[default]
    Kept,
    Removed,
    Set(T),
}

impl<T> Change<T> {
    /// The length of the field, which has `kept` bytes if it stays.
    fn length(&self, kept: usize, length: impl FnOnce(&T) -> usize) -> usize {
        match self {
            Self::Kept => kept,
            Self::Removed => 0,
            Self::Set(value) => length(value),
        }
    }

    /// Flags with the flag of the field as it is to be.
    fn flags(&self, flags: u16, flag: u16) -> u16 {
        match self {
            Self::Kept => flags,
            Self::Removed => flags & !flag,
            Self::Set(_) => flags | flag,
        }
    }
}

impl<'a> PacketEdit<'a> {
    /// No changes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says when the event happened, whatever the packet says.
    #[must_use]
    pub fn timestamp(mut self, timestamp: Timestamp) -> Self {
        self.timestamp = Some(timestamp);
        self
    }

    /// Says which test the event is about, whatever the packet says.
    #[must_use]
    pub fn test_id(mut self, id: impl Into<Cow<'a, str>>) -> Self {
        self.test_id = Some(id.into());
        self
    }

    /// Says what status the test now has, whatever the packet says.
    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// Says which tags the test now has, whatever the packet says.
    #[must_use]
    pub fn tags<T: Into<Cow<'a, str>>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.tags = Change::Set(tags.into_iter().map(Into::into).collect());
        self
    }

    /// Says nothing of tags, whatever the packet says: its test keeps those that it has.
    #[must_use]
    pub fn without_tags(mut self) -> Self {
        self.tags = Change::Removed;
        self
    }

    /// Says where the packet comes from, whatever the packet says.
    #[must_use]
    pub fn route_code(mut self, code: impl Into<Cow<'a, str>>) -> Self {
        self.route_code = Change::Set(code.into());
        self
    }

    /// Says nothing of where the packet comes from, whatever the packet says.
    #[must_use]
    pub fn without_route_code(mut self) -> Self {
        self.route_code = Change::Removed;
        self
    }

    /// Appends the packet with these changes to `out`. If it becomes too long for one packet, its
    /// file is split as [`encode`](crate::encode) does, and bytes after the last field are left
    /// out.
    ///
    /// # Errors
    ///
    /// When a string holds a NUL byte, or the packet becomes too long even without its file.
    /// Nothing is appended then.
    pub fn encode(&self, packet: &Packet<'_>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let parts = packet.parts();
        let timestamp = self.timestamp.map_or(parts.timestamp.len(), timestamp_length);
        let test_id = self.test_id.as_deref().map_or(parts.test_id.len(), string_length);
        let tags = self.tags.length(parts.tags.len(), |tags| tags_length(tags));
        let route_code = self.route_code.length(parts.route_code.len(), |code| string_length(code));
        let fields = timestamp + test_id + tags + parts.file.len() + route_code + parts.rest.len();
        if packet_length(fields).0 > MAX_LENGTH || self.holds_nul() {
            return encode_to_vec(&self.event(packet), out);
        }

        let start = out.len();
        out.reserve(fields + MOST_AROUND);
        write_header(self.flags(packet), fields, out);
        match self.timestamp {
            Some(timestamp) => write_timestamp(timestamp, out),
            None => out.extend_from_slice(parts.timestamp),
        }
        match &self.test_id {
            Some(id) => write_bytes(id.as_bytes(), out),
            None => out.extend_from_slice(parts.test_id),
        }
        match &self.tags {
            Change::Kept => out.extend_from_slice(parts.tags),
            Change::Removed => {}
            Change::Set(tags) => write_tags(tags, out),
        }
        out.extend_from_slice(parts.file);
        match &self.route_code {
            Change::Kept => out.extend_from_slice(parts.route_code),
            Change::Removed => {}
            Change::Set(code) => write_bytes(code.as_bytes(), out),
        }
        out.extend_from_slice(parts.rest);
        write_checksum(start, out);
        Ok(())
    }

    fn flags(&self, packet: &Packet<'_>) -> u16 {
        let mut flags = packet.flags();
        if self.timestamp.is_some() {
            flags |= flag::TIMESTAMP;
        }
        if self.test_id.is_some() {
            flags |= flag::TEST_ID;
        }
        if let Some(status) = self.status {
            flags = flags & !flag::STATUS | status.bits();
        }
        self.route_code.flags(self.tags.flags(flags, flag::TAGS), flag::ROUTE_CODE)
    }

    fn event<'e>(&'e self, packet: &Packet<'e>) -> Event<'e> {
        let mut event = packet.to_event();
        event.timestamp = self.timestamp.or(event.timestamp);
        event.test_id = self.test_id.as_deref().map(Cow::from).or(event.test_id);
        event.status = self.status.or(event.status);
        match &self.tags {
            Change::Kept => {}
            Change::Removed => event.tags = None,
            Change::Set(tags) => event = event.tags(tags.iter().map(|tag| &**tag)),
        }
        match &self.route_code {
            Change::Kept => {}
            Change::Removed => event.route_code = None,
            Change::Set(code) => event.route_code = Some(Cow::from(&**code)),
        }
        event
    }

    fn holds_nul(&self) -> bool {
        let tags = if let Change::Set(tags) = &self.tags { &tags[..] } else { &[] };
        let route_code = if let Change::Set(code) = &self.route_code { Some(code) } else { None };
        tags.iter().chain(&self.test_id).chain(route_code).any(|string| string.contains('\0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::encoded;
    use crate::error::EncodeErrorKind;

    fn changed(packet: &[u8], changes: &PacketEdit<'_>) -> Vec<u8> {
        let mut out = b"before".to_vec();
        changes.encode(&Packet::parse(packet).unwrap(), &mut out).unwrap();
        out.split_off(6)
    }

    /// Events with and without each of the fields.
    fn events() -> Vec<Event<'static>> {
        let time = Timestamp::new(1, 70).unwrap();
        let mut events = vec![Event::default(), Event::test("a")];
        for index in 0..events.len() {
            events.push(events[index].clone().at(time));
        }
        for index in 0..events.len() {
            events.push(events[index].clone().tags(["t", "u"]));
        }
        for index in 0..events.len() {
            events.push(events[index].clone().mime_type("text/plain"));
            events.push(events[index].clone().file("log", &b"content"[..]));
        }
        for index in 0..events.len() {
            events.push(events[index].clone().route_code("0/1").status(Status::Fail).eof());
        }
        events
    }

    #[test]
    fn a_packet_without_changes_stays_as_it_is() {
        for event in events() {
            let packet = encoded(&event);
            assert_eq!(changed(&packet, &PacketEdit::new()), packet, "{event:?}");
        }
    }

    #[test]
    fn what_changes_is_what_was_said_to() {
        let time = Timestamp::new(5, 1 << 20).unwrap();
        for event in events() {
            let packet = encoded(&event);
            let mut expected = event.clone().at(time);
            assert_eq!(changed(&packet, &PacketEdit::new().timestamp(time)), encoded(&expected), "{event:?}");
            expected = Event { test_id: Some("b".repeat(70).into()), ..event.clone() };
            assert_eq!(changed(&packet, &PacketEdit::new().test_id("b".repeat(70))), encoded(&expected), "{event:?}");
            expected = event.clone().status(Status::Skip);
            assert_eq!(changed(&packet, &PacketEdit::new().status(Status::Skip)), encoded(&expected), "{event:?}");
            expected = event.clone().tags(["v"; 70]);
            assert_eq!(changed(&packet, &PacketEdit::new().tags(["v"; 70])), encoded(&expected), "{event:?}");
            expected = Event { tags: None, ..event.clone() };
            assert_eq!(changed(&packet, &PacketEdit::new().without_tags()), encoded(&expected), "{event:?}");
            expected = event.clone().route_code("7");
            assert_eq!(changed(&packet, &PacketEdit::new().route_code("7")), encoded(&expected), "{event:?}");
            expected.route_code = None;
            assert_eq!(changed(&packet, &PacketEdit::new().without_route_code()), encoded(&expected), "{event:?}");
        }
    }

    #[test]
    fn wide_numbers_and_bytes_after_the_last_field_stay() {
        // The length of the id takes two bytes, the time of day four; two bytes follow the fields.
        let mut packet = b"\xb3\x2a\x00\x16\x00\x00\x00\x01\xc0\x00\x00\x05\x40\x01aXY".to_vec();
        packet[3] = u8::try_from(packet.len() + 4).unwrap();
        packet.extend_from_slice(&crc32fast::hash(&packet).to_be_bytes());
        let out = changed(&packet, &PacketEdit::new().route_code("0"));
        assert_eq!(&out[4..out.len() - 4], b"\x00\x00\x00\x01\xc0\x00\x00\x05\x40\x01a\x010XY");
        assert_eq!(Packet::parse(&out).unwrap().route_code(), Some("0"));
    }

    #[test]
    fn a_packet_that_becomes_too_long_is_split() {
        let event = |length| Event::test("a").status(Status::Fail).file("log", vec![b'x'; length]).eof();
        let around = encoded(&event(4_000_000)).len() - 4_000_000;
        let event = event(MAX_LENGTH - around);
        let packet = encoded(&event);
        assert_eq!(packet.len(), MAX_LENGTH);
        let out = changed(&packet, &PacketEdit::new().route_code("0"));
        assert_eq!(out, encoded(&event.route_code("0")));
        assert!(out.len() > MAX_LENGTH, "that is more than one packet");
    }

    #[test]
    fn what_no_packet_can_hold_is_refused() {
        let packet = encoded(&Event::test("a"));
        let packet = Packet::parse(&packet).unwrap();
        let mut out = Vec::new();
        for (changes, kind) in [
            (PacketEdit::new().route_code("a\0b"), EncodeErrorKind::Nul),
            (PacketEdit::new().tags(["a", "a\0b"]), EncodeErrorKind::Nul),
            (PacketEdit::new().test_id("a\0b"), EncodeErrorKind::Nul),
            (PacketEdit::new().route_code("x".repeat(MAX_LENGTH)), EncodeErrorKind::TooLong),
        ] {
            assert_eq!(changes.encode(&packet, &mut out).unwrap_err().kind(), kind);
            assert!(out.is_empty());
        }
    }
}
