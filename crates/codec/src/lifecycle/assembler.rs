//! Whole tests from the packets that tell of them.

use std::mem;
use std::time::Duration;

use hashbrown::HashMap;

use crate::decode::damage::{Damage, REPORT_FILES};
use crate::lifecycle::span::Span;
use crate::lifecycle::tracker::{Flight, MOST_TO_USE_AGAIN, Renew, Stage, Tracker};
use crate::names::PARSER_TEST_ID;
use crate::packet::Packet;
use crate::packet::status::Status;
use crate::packet::tags::Tags;
use crate::packet::timestamp::Timestamp;
use crate::packet::validate::checked;

/// A test, put together from its packets.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Test {
    /// The test id.
    pub id: String,
    /// Where it ran. Tests of one id on two routes are two tests.
    pub route_code: Option<String>,
    /// What became of it: `InProgress` for a test that never finished.
    pub status: Status,
    /// The tags that its packets gave last.
    pub tags: Vec<String>,
    /// The first timestamp that it had.
    pub start: Option<Timestamp>,
    /// The timestamp of the packet that ended it, if that had one.
    pub stop: Option<Timestamp>,
    /// Whether the last packet with a status said that it can be run by itself.
    pub runnable: bool,
    /// Its files, in the order in which they began.
    pub attachments: Vec<Attachment>,
}

impl Test {
    /// A test that nothing is known of.
    fn unknown() -> Self {
        Self {
            id: String::new(),
            route_code: None,
            status: Status::InProgress,
            tags: Vec::new(),
            start: None,
            stop: None,
            runnable: false,
            attachments: Vec::new(),
        }
    }

    /// Whether it failed: see [`Status::is_failure`].
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.status.is_failure()
    }

    /// When it started and stopped.
    #[must_use]
    pub fn span(&self) -> Span {
        Span { start: self.start, stop: self.stop }
    }

    /// How long it took, if that is known: see [`Span::duration`].
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        self.span().duration()
    }
}

/// A file of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attachment {
    /// Its name. A file that goes on after its end is a new attachment of the same name.
    pub name: String,
    /// The first MIME type that one of its packets gave; without one it is
    /// `application/octet-stream`.
    pub mime_type: Option<String>,
    /// Its length in bytes.
    pub size: u64,
    /// Its content or the start of it, if the assembler was asked to keep
    /// [files](Assembler::keeping_files) or their [heads](Assembler::keeping_heads).
    pub bytes: Option<Vec<u8>>,
}

/// Puts tests together from packets.
///
/// A test is known by route code and test id, as testtools does. It begins with the first packet
/// that names it and is given out with its final status; [`finish`](Self::finish) gives out the
/// ones that never had one. A test exists once it has had a status: attachments alone make none,
/// such as a log that comes after the final status. Of tests that have attachments and no status,
/// the last 4,096 are kept.
///
/// Memory is bounded by the tests in flight.
///
/// ```
/// use subunit_codec::{Assembler, Packet, Status};
///
/// let mut tests = Assembler::new();
/// let packet = Packet::parse(b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b")?;
/// let test = tests.push(&packet).ok_or("a test that exists is whole")?;
/// assert_eq!((test.id.as_str(), test.status), ("foo", Status::Exists));
/// assert!(tests.finish().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Assembler {
    tests: Tracker<Open>,
    damaged: Damaged,
    files: Files,
}

/// What tests get of their files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Files {
    Nothing,
    /// All but the content, of which the bytes are counted.
    #[default]
    Size,
    /// The size, and as many bytes as this from the start.
    Content {
        most: usize,
    },
}

impl Files {
    /// How many bytes of a file are kept, if any are to be.
    fn most_kept(self) -> Option<usize> {
        match self {
            Self::Content { most } => Some(most),
            Self::Nothing | Self::Size => None,
        }
    }
}

/// The last test that reported damage.
#[derive(Debug)]
struct Damaged {
    test: Test,
    /// What its second attachment says.
    fault: String,
}

/// What is known so far of a test in flight.
#[derive(Debug)]
struct Open {
    /// The test, as yet without its id and route code.
    test: Test,
    /// Whether the tags are its own, and not those of the test that its memory was used for before.
    has_tags: bool,
    /// The tags as they are written in packets.
    tags_field: Vec<u8>,
    /// Attachments that did not end yet, by name.
    unended: HashMap<String, usize>,
}

impl Assembler {
    /// An assembler that counts the bytes of files and lets go of them.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An assembler that keeps the content of files, in memory, until their test is given out.
    #[must_use]
    pub fn keeping_files() -> Self {
        Self::keeping_heads(usize::MAX)
    }

    /// An assembler that keeps the first `most` bytes of each file, in memory, until its test is
    /// given out.
    #[must_use]
    pub fn keeping_heads(most: usize) -> Self {
        Self { files: Files::Content { most }, ..Self::default() }
    }

    /// An assembler that takes no note of files: its tests have no attachments, and however many
    /// come take no memory.
    #[must_use]
    pub fn without_files() -> Self {
        Self { files: Files::Nothing, ..Self::default() }
    }

    /// Adds a packet, and lends the test that it completes. Packets without a test id change
    /// nothing.
    ///
    /// `exists` completes a test of its own: a running test of the same name goes on.
    pub fn push(&mut self, packet: &Packet<'_>) -> Option<&Test> {
        match self.tests.push(packet) {
            Stage::NoTest => None,
            Stage::Begun(flight) | Stage::Continued(flight) => {
                flight.value.add(packet, self.files);
                None
            }
            Stage::Ended(flight) | Stage::Single(flight) => {
                flight.value.add(packet, self.files);
                Some(flight.finish())
            }
        }
    }

    /// Adds damage, and lends the failed test that [reports](Damage::report) it.
    pub fn push_damage(&mut self, damage: &Damage<'_>) -> &Test {
        let Damaged { test, fault } = &mut self.damaged;
        if self.files == Files::Nothing {
            test.attachments.clear();
            return test;
        }
        fault.clear();
        damage.tell_fault(fault);
        for (attachment, bytes) in test.attachments.iter_mut().zip([damage.bytes, fault.as_bytes()]) {
            attachment.size = bytes.len() as u64;
            attachment.bytes = self.files.most_kept().map(|most| bytes[..bytes.len().min(most)].to_vec());
        }
        test
    }

    /// Gives out the tests that never finished, in the order in which they began, and starts
    /// afresh.
    pub fn finish(&mut self) -> Vec<Test> {
        let unfinished = self.tests.drain().into_iter().filter(Flight::has_status);
        unfinished
            .map(|mut flight| {
                flight.finish();
                flight.value.test
            })
            .collect()
    }
}

impl Default for Damaged {
    fn default() -> Self {
        let attachment = |(name, mime_type): (&str, &str)| Attachment {
            name: name.to_owned(),
            mime_type: Some(mime_type.to_owned()),
            size: 0,
            bytes: None,
        };
        let test = Test {
            id: PARSER_TEST_ID.to_owned(),
            status: Status::Fail,
            runnable: true,
            attachments: REPORT_FILES.map(attachment).into(),
            ..Test::unknown()
        };
        Self { test, fault: String::new() }
    }
}

impl Default for Open {
    fn default() -> Self {
        let test = Test::unknown();
        Self { test, has_tags: false, tags_field: Vec::new(), unended: HashMap::new() }
    }
}

impl Flight<Open> {
    /// The test, now that it is over.
    fn finish(&mut self) -> &Test {
        let other_id = mem::take(&mut self.value.test.id);
        let id = self.take_id(other_id);
        let test = self.value.finish();
        test.id = id;
        mem::swap(&mut test.route_code, &mut self.route_code);
        test
    }
}

impl Renew for Open {
    /// Keeps all memory but that of the attachments.
    fn renew(&mut self) {
        let Test { status, start, stop, runnable, attachments, .. } = &mut self.test;
        (*status, *start, *stop, *runnable) = (Status::InProgress, None, None, false);
        self.has_tags = false;
        *attachments = Vec::new();
        self.unended.clear();
    }
}

impl Open {
    /// The test, now that it is over.
    fn finish(&mut self) -> &mut Test {
        if !self.has_tags {
            self.test.tags.clear();
            self.tags_field.clear();
        }
        &mut self.test
    }

    fn add(&mut self, packet: &Packet<'_>, files: Files) {
        let timestamp = packet.timestamp();
        self.test.start = self.test.start.or(timestamp);
        if let Some(field) = packet.tags_field() {
            self.has_tags = true;
            // Most tests have the tags of an earlier one, and most packets those of an earlier one
            // of the same test.
            if self.tags_field != field {
                self.tags_field.clear();
                self.tags_field.shrink_to(MOST_TO_USE_AGAIN);
                self.tags_field.extend_from_slice(field);
                self.set_tags(Tags::read(field));
            }
        }
        if let Some(status) = packet.status() {
            self.test.status = status;
            self.test.runnable = packet.is_runnable();
            if status.is_final() {
                self.test.stop = timestamp;
            }
        }
        if files != Files::Nothing
            && let Some((name, bytes)) = packet.file()
        {
            self.add_file(packet, checked(name), bytes, files);
        }
    }

    fn set_tags(&mut self, tags: Tags<'_>) {
        let own = &mut self.test.tags;
        own.truncate(tags.len());
        own.retain(|tag| tag.capacity() <= MOST_TO_USE_AGAIN);
        for (index, tag) in tags.enumerate() {
            match own.get_mut(index) {
                Some(own) => tag.clone_into(own),
                None => own.push(tag.to_owned()),
            }
        }
    }

    fn add_file(&mut self, packet: &Packet<'_>, name: &str, bytes: &[u8], files: Files) {
        let attachments = &mut self.test.attachments;
        let index = if packet.is_eof() { self.unended.remove(name) } else { self.unended.get(name).copied() };
        let index = index.unwrap_or_else(|| {
            attachments.push(Attachment {
                name: name.to_owned(),
                mime_type: None,
                size: 0,
                bytes: files.most_kept().map(|_| Vec::new()),
            });
            if !packet.is_eof() {
                self.unended.insert(name.to_owned(), attachments.len() - 1);
            }
            attachments.len() - 1
        });
        let attachment = &mut attachments[index];
        if let (None, Some(mime_type)) = (&attachment.mime_type, packet.mime_type()) {
            attachment.mime_type = Some(mime_type.to_owned());
        }
        attachment.size += bytes.len() as u64;
        if let (Some(kept), Some(most)) = (&mut attachment.bytes, files.most_kept()) {
            let room = most.saturating_sub(kept.len());
            kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
    }
}
