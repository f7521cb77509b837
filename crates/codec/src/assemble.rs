//! Whole tests from the packets that tell of them.

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::mem;

use hashbrown::hash_table::{Entry, HashTable};
use hashbrown::{DefaultHashBuilder, HashMap};

use crate::decode::{Damage, PARSER_TEST_ID};
use crate::packet::Packet;
use crate::status::Status;
use crate::timestamp::Timestamp;

/// A test, put together from its packets.
#[derive(Clone, Debug, PartialEq)]
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
    /// Whether it failed: see [`Status::is_failure`].
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.status.is_failure()
    }

    /// Seconds from start to stop, where the stream tells both. Negative when a clock stepped back.
    #[must_use]
    pub fn duration(&self) -> Option<f64> {
        Some(self.stop?.seconds_since(self.start?))
    }
}

/// A file of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its name. A file that goes on after its end is a new attachment of the same name.
    pub name: String,
    /// Its MIME type; without one it is `application/octet-stream`.
    pub mime_type: Option<String>,
    /// Its length in bytes.
    pub size: u64,
    /// Its content, when the assembler was asked to [keep files](Assembler::keeping_files).
    pub bytes: Option<Vec<u8>>,
}

/// Puts tests together from packets.
///
/// A test is known by route code and test id, as testtools does. It begins with the first packet that names it and is given out with
/// its final status; [`finish`](Self::finish) gives out the ones that never had one. A test exists once it has had a status:
/// attachments alone make none. An attachment that comes soon after the final status of its test (some thousand tests are
/// remembered) is taken for a late one and belongs to no test.
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
#[derive(Debug)]
pub struct Assembler {
    open: HashTable<Open>,
    hasher: DefaultHashBuilder,
    /// Tests begun so far.
    begun: u64,
    /// Hashes of tests that finished not long ago, each in the place that its low bits say. Empty until one has.
    finished: Vec<u64>,
    keeps_files: bool,
}

/// A test in flight.
#[derive(Debug)]
struct Open {
    test: Test,
    hash: u64,
    /// How many tests began before it.
    number: u64,
    has_status: bool,
    /// Attachments that did not end yet, by name.
    unended: HashMap<String, usize>,
}

impl Default for Assembler {
    fn default() -> Self {
        Self::new()
    }
}

impl Assembler {
    /// How many finished tests are remembered for the sake of late attachments, at the most.
    const REMEMBERED: usize = 1 << 12;

    /// An assembler that counts the bytes of files and lets go of them.
    #[must_use]
    pub fn new() -> Self {
        Self {
            open: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            begun: 0,
            finished: Vec::new(),
            keeps_files: false,
        }
    }

    /// An assembler that keeps the content of files, in memory, until their test is given out.
    #[must_use]
    pub fn keeping_files() -> Self {
        Self { keeps_files: true, ..Self::new() }
    }

    /// Takes in a packet, and gives out the test that it completes. Packets without a test id change nothing.
    ///
    /// `exists` completes a test of its own: it leaves one of the same name that runs alone.
    pub fn push(&mut self, packet: &Packet<'_>) -> Option<Test> {
        let id = packet.test_id()?;
        let route_code = packet.route_code();
        let status = packet.status();
        let hash = self.hasher.hash_one((route_code, id));
        let is_same = |open: &Open| open.test.id == id && open.test.route_code.as_deref() == route_code;
        match self.open.entry(hash, is_same, |open| open.hash) {
            Entry::Occupied(mut entry) => {
                let open = entry.get_mut();
                if status == Some(Status::Exists) && open.has_status {
                    return Some(Open::begin(packet, hash, 0, id).update(packet, false).test);
                }
                open.take_in(packet, self.keeps_files);
                if !is_complete(status) {
                    return None;
                }
                let (open, _) = entry.remove();
                self.remember(hash);
                Some(open.test)
            }
            Entry::Vacant(entry) => {
                if status.is_none() && is_remembered(&self.finished, hash) {
                    return None;
                }
                let open = Open::begin(packet, hash, self.begun, id).update(packet, self.keeps_files);
                if is_complete(status) {
                    self.remember(hash);
                    return Some(open.test);
                }
                self.begun += 1;
                entry.insert(open);
                if status.is_some() {
                    self.forget(hash);
                }
                None
            }
        }
    }

    /// Takes in damage, and gives out the failed test that [reports](Damage::report) it.
    pub fn push_damage(&mut self, damage: &Damage<'_>) -> Test {
        let attachments = damage.report().into_iter().filter_map(|event| {
            let mime_type = event.mime_type.map(Cow::into_owned);
            event.file.map(|file| Attachment {
                name: file.name.into_owned(),
                mime_type,
                size: file.bytes.len() as u64,
                bytes: self.keeps_files.then(|| file.bytes.into_owned()),
            })
        });
        Test {
            id: PARSER_TEST_ID.to_owned(),
            route_code: None,
            status: Status::Fail,
            tags: Vec::new(),
            start: None,
            stop: None,
            runnable: true,
            attachments: attachments.collect(),
        }
    }

    /// Gives out the tests that never finished, in the order in which they began, and starts afresh.
    pub fn finish(&mut self) -> Vec<Test> {
        let open = mem::take(&mut self.open);
        let mut unfinished: Vec<Open> = open.into_iter().filter(|open| open.has_status).collect();
        unfinished.sort_by_key(|open| open.number);
        self.finished.clear();
        unfinished.into_iter().map(|open| open.test).collect()
    }

    fn remember(&mut self, hash: u64) {
        if self.finished.is_empty() {
            self.finished.resize(Self::REMEMBERED, 0);
        }
        self.finished[place(hash)] = hash;
    }

    fn forget(&mut self, hash: u64) {
        if is_remembered(&self.finished, hash) {
            self.finished[place(hash)] = 0;
        }
    }
}

fn place(hash: u64) -> usize {
    usize::try_from(hash % Assembler::REMEMBERED as u64).expect("a remainder is smaller than a small divisor")
}

fn is_remembered(finished: &[u64], hash: u64) -> bool {
    finished.get(place(hash)) == Some(&hash)
}

/// Whether a packet with this status completes a test.
fn is_complete(status: Option<Status>) -> bool {
    status.is_some_and(|status| status != Status::InProgress)
}

impl Open {
    fn begin(packet: &Packet<'_>, hash: u64, number: u64, id: &str) -> Self {
        let test = Test {
            id: id.to_owned(),
            route_code: packet.route_code().map(str::to_owned),
            status: Status::InProgress,
            tags: Vec::new(),
            start: None,
            stop: None,
            runnable: packet.is_runnable(),
            attachments: Vec::new(),
        };
        Self { test, hash, number, has_status: false, unended: HashMap::new() }
    }

    fn update(mut self, packet: &Packet<'_>, keeps_files: bool) -> Self {
        self.take_in(packet, keeps_files);
        self
    }

    fn take_in(&mut self, packet: &Packet<'_>, keeps_files: bool) {
        let test = &mut self.test;
        test.start = test.start.or(packet.timestamp());
        if let Some(tags) = packet.tags()
            && !tags.clone().eq(test.tags.iter().map(String::as_str))
        {
            test.tags = tags.map(str::to_owned).collect();
        }
        if let Some(status) = packet.status() {
            self.has_status = true;
            test.status = status;
            test.runnable = packet.is_runnable();
            if is_complete(Some(status)) {
                test.stop = packet.timestamp();
            }
        }
        if let Some((name, bytes)) = packet.file_name().zip(packet.file_bytes()) {
            self.take_in_file(packet, name, bytes, keeps_files);
        }
    }

    fn take_in_file(&mut self, packet: &Packet<'_>, name: &str, bytes: &[u8], keeps_files: bool) {
        let attachments = &mut self.test.attachments;
        let index = if packet.is_eof() { self.unended.remove(name) } else { self.unended.get(name).copied() };
        let index = index.unwrap_or_else(|| {
            attachments.push(Attachment {
                name: name.to_owned(),
                mime_type: None,
                size: 0,
                bytes: keeps_files.then(Vec::new),
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
        if let Some(kept) = &mut attachment.bytes {
            kept.extend_from_slice(bytes);
        }
    }
}
