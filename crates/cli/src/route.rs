//! Packets of several sources in one stream, each with the route code of its source.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use subunit_codec::{
    Damage, Event, Flight, Item, Packet, PacketEdit, Renew, Status, Timestamp, Tracker, encode, names,
};

use crate::children::Failures;
use crate::route_prefix::{joined_route, refused_event, refused_packet};
use crate::test_tags::TestTags;
use crate::trouble::{Trouble, tool_name};

/// What packets get besides the route code.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    /// A tag, beside those that they have. It is on nearly every packet, so it should be short.
    pub tag: Option<String>,
    /// The time, for packets without one.
    pub timestamps: bool,
    /// Whether text is wrapped in packets, or dropped.
    pub text: bool,
    /// Whether it was reported that tags are not repeated. Sources that share it report it once.
    pub is_told: Arc<AtomicBool>,
}

/// A test in flight on a route.
#[derive(Clone, Debug)]
pub struct OpenTest {
    /// Its id.
    pub id: String,
    /// Its route code, that of the source included.
    pub route_code: String,
    /// Whether it can be run by itself.
    pub is_runnable: bool,
    /// Its tags, and that of the source, if they are few enough to be repeated.
    pub tags: Option<Vec<String>>,
}

/// Puts the route code of one source on its packets, and tracks the tests that it has begun.
///
/// ```
/// use subunit_cli::{Labels, Route};
/// use subunit_codec::{Item, Packet};
///
/// let mut out = Vec::new();
/// let mut route = Route::new("web", Labels::default());
/// let packet = Packet::parse(b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b")?;
/// route.item(&Item::Packet(packet), &mut out);
/// assert_eq!(Packet::parse(&out)?.route_code(), Some("web"));
/// # Ok::<(), subunit_codec::PacketError>(())
/// ```
pub struct Route {
    code: String,
    labels: Labels,
    /// The tests in flight, if they are needed.
    tests: Option<Tracker<Begun>>,
    /// For a source that may have to fail a test of its own.
    failures: Option<Failures>,
}

/// A test in flight.
#[derive(Default)]
struct Begun {
    is_runnable: bool,
    tags: TestTags,
}

impl Renew for Begun {}

impl Route {
    /// The route of a source that never [fails](Self::fail_open_tests) its tests.
    #[must_use]
    pub fn new(code: &str, labels: Labels) -> Self {
        let tests = labels.tag.as_ref().map(|_| Tracker::new());
        Self { code: code.to_owned(), labels, tests, failures: None }
    }

    /// The route of a source that may fail its tests.
    #[must_use]
    pub fn that_may_fail(code: &str, labels: Labels) -> Self {
        Self { tests: Some(Tracker::new()), failures: Some(Failures::default()), ..Self::new(code, labels) }
    }

    /// Appends an item to `out`, as one or more packets.
    pub fn item(&mut self, item: &Item<'_>, out: &mut Vec<u8>) {
        match item {
            Item::Packet(packet) => self.packet(packet, out),
            Item::Text(text) => self.file(names::STDOUT, text, out),
            Item::Damage(damage) => self.damage(damage, out),
        }
    }

    /// Wraps bytes that are no packets.
    pub fn file(&self, name: &str, bytes: &[u8], out: &mut Vec<u8>) {
        if self.labels.text {
            self.event(Event::global_file(name, bytes), out);
        }
    }

    /// Fails the tests in flight, because of `reason`.
    pub fn fail_open_tests(&mut self, reason: &str, out: &mut Vec<u8>) {
        let tests = self.take_open_tests();
        for test in &tests {
            self.end_test(test, Status::Fail, &[], reason, out);
        }
        if let Some(failures) = self.failures.as_mut().filter(|_| !tests.is_empty()) {
            failures.certain();
        }
    }

    /// Removes the tests in flight. The caller has to end them, with [`end_test`](Self::end_test).
    pub fn take_open_tests(&mut self) -> Vec<OpenTest> {
        let mut tests = self.tests.as_mut().map(Tracker::drain).unwrap_or_default();
        tests.retain(Flight::has_status);
        let open = |test: Flight<Begun>| OpenTest {
            id: test.id().to_owned(),
            route_code: joined_route(&self.code, test.route_code()).into_owned(),
            is_runnable: test.value.is_runnable,
            tags: test.value.tags.repeatable().map(|tags| tags.iter().chain(&self.labels.tag).cloned().collect()),
        };
        tests.into_iter().map(open).collect()
    }

    /// Appends the end of a test that was in flight, with `reason` attached and `tags` added to its
    /// own.
    pub fn end_test(&self, test: &OpenTest, status: Status, tags: &[&str], reason: &str, out: &mut Vec<u8>) {
        let mut event = ended_test(&*test.id, status, reason);
        event.runnable = test.is_runnable;
        event.timestamp = self.now();
        event.route_code = Some(Cow::from(&test.route_code));
        // Otherwise it keeps the tags that it has.
        if self.labels.tag.is_some() && test.tags.is_some() || !tags.is_empty() {
            event = event.tags(test.tags.iter().flatten().map(String::as_str).chain(tags.iter().copied()));
        }
        if let Err(error) = encode(&event, out) {
            self.event(refused_event(&error, &self.code), out);
        }
    }

    /// Fails a test that stands for the source itself, because of `reason`.
    pub fn fail_own_test(&self, id: &str, reason: &str, out: &mut Vec<u8>) {
        self.event(ended_test(id, Status::Fail, reason), out);
    }

    /// Whether the source has shown a failure.
    pub fn shows_failure(&self) -> bool {
        self.failures.as_ref().is_some_and(Failures::any)
    }

    fn packet(&mut self, packet: &Packet<'_>, out: &mut Vec<u8>) {
        let time = self.now().filter(|_| packet.timestamp().is_none());
        let mut edit = PacketEdit::new().route_code(joined_route(&self.code, packet.route_code()));
        if let Some(time) = time {
            edit = edit.timestamp(time);
        }
        let mut none = TestTags::default();
        let mut test = self.tests.as_mut().and_then(|tests| tests.push(packet).flight());
        if let Some(test) = &mut test {
            test.value.is_runnable |= packet.is_runnable();
            self.failures.iter_mut().for_each(|failures| failures.note(test.route_code(), test.id(), packet.status()));
        }
        let tag = self.labels.tag.as_deref();
        let tags = test.map_or(&mut none, |test| &mut test.value.tags);
        if let Some(stated) = packet.tags() {
            tags.note(stated.clone().filter(|own| Some(*own) != tag));
            if let Some(tag) = tag {
                edit = edit.tags(stated.filter(|own| *own != tag).chain([tag]));
            }
        } else if let Some(tag) = tag {
            if tags.pay(packet, tag) {
                edit = edit.tags(tags.repeatable().unwrap_or_default().iter().map(String::as_str).chain([tag]));
            } else if tags.repeatable().is_none() {
                let problem = "a test has more than 4 KiB of tags, which are not repeated on packets without tags";
                self.labels.tell_once(format_args!("{}: {problem}", self.code));
            }
        }
        if let Err(error) = edit.encode(packet, out) {
            for event in refused_packet(packet, &error, &self.code) {
                self.event(event, out);
            }
        }
    }

    fn damage(&mut self, damage: &Damage<'_>, out: &mut Vec<u8>) {
        self.failures.iter_mut().for_each(Failures::certain);
        for event in damage.report() {
            self.event(event, out);
        }
    }

    /// Appends an event that belongs to no test in flight.
    fn event<'a>(&'a self, mut event: Event<'a>, out: &mut Vec<u8>) {
        event.route_code = Some(Cow::from(&self.code));
        event.timestamp = self.now();
        if let Some(tag) = &self.labels.tag {
            event = event.tags([tag]);
        }
        if let Err(error) = encode(&event, out) {
            self.event(refused_event(&error, &self.code), out);
        }
    }

    fn now(&self) -> Option<Timestamp> {
        self.labels.timestamps.then(Timestamp::now)?
    }
}

impl Labels {
    /// Says on standard error that tags are left out, unless one of the sources has.
    fn tell_once(&self, problem: impl std::fmt::Display) {
        if !self.is_told.swap(true, Ordering::Relaxed) {
            // No more than a remark: the exit status does not depend on it.
            let _ = Trouble::message(problem).reported(&tool_name());
        }
    }
}

/// The end of a test, with the attachment `reason`.
///
/// ```
/// use subunit_cli::ended_test;
/// use subunit_codec::Status;
///
/// let event = ended_test("make", Status::Fail, "exit status 2\n");
/// assert_eq!(event.file.map(|file| file.name), Some("reason".into()));
/// ```
pub fn ended_test<'a>(id: impl Into<Cow<'a, str>>, status: Status, reason: &'a str) -> Event<'a> {
    Event::test(id).status(status).file(names::REASON, reason.as_bytes()).mime_type(names::UTF8_TEXT).eof()
}
