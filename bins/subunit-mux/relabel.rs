//! What happens to the packets of one source.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use subunit_cli::{Failures, Trouble, joined_route, refused_event, refused_packet};
use subunit_codec::{
    Damage, Event, Flight, Item, Packet, PacketEdit, Renew, Status, Timestamp, Tracker, encode, names,
};
use subunit_formats::repeated_name;

use crate::test_tags::TestTags;

/// What packets get besides the route code.
#[derive(Clone, Debug)]
pub(crate) struct Labels {
    /// What the tags of the sources begin with, if they have any.
    pub(crate) tag_prefix: Option<String>,
    /// The time, for packets without one.
    pub(crate) timestamps: bool,
    /// Whether text is wrapped in packets, or dropped.
    pub(crate) text: bool,
    /// Whether it was reported that tags are not repeated.
    pub(crate) is_told: Arc<AtomicBool>,
}

/// Puts the route code of one source on its packets, and knows the tests that it has begun.
pub(crate) struct Route {
    code: String,
    tag: Option<String>,
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
    pub(crate) fn new(code: &str, labels: &Labels) -> Self {
        let mut tag = labels.tag_prefix.as_ref().map(|prefix| [prefix, code].concat());
        if tag.as_mut().is_some_and(repeated_name::bound) {
            labels.tell_once(format_args!("{code}: the tag is longer than 256 bytes, and cut"));
        }
        let tests = tag.as_ref().map(|_| Tracker::new());
        Self { code: code.to_owned(), tag, labels: labels.clone(), tests, failures: None }
    }

    /// The route of a source that may fail its tests.
    pub(crate) fn that_may_fail(code: &str, labels: &Labels) -> Self {
        Self { tests: Some(Tracker::new()), failures: Some(Failures::default()), ..Self::new(code, labels) }
    }

    /// Appends what becomes of an item to `out`.
    pub(crate) fn item(&mut self, item: &Item<'_>, out: &mut Vec<u8>) {
        match item {
            Item::Packet(packet) => self.packet(packet, out),
            Item::Text(text) => self.file(names::STDOUT, text, out),
            Item::Damage(damage) => self.damage(damage, out),
        }
    }

    /// Wraps bytes that are no packets.
    pub(crate) fn file(&self, name: &str, bytes: &[u8], out: &mut Vec<u8>) {
        if self.labels.text {
            self.event(Event::global_file(name, bytes), Some(&[]), None, out);
        }
    }

    /// Fails the tests in flight, because of `reason`.
    pub(crate) fn fail_open_tests(&mut self, reason: &str, out: &mut Vec<u8>) {
        let mut tests = self.tests.as_mut().map(Tracker::drain).unwrap_or_default();
        tests.retain(Flight::has_status);
        for test in &tests {
            let mut event = failed_test(Cow::from(test.id()), reason);
            event.runnable = test.value.is_runnable;
            self.event(event, test.value.tags.repeatable(), test.route_code(), out);
        }
        if let Some(failures) = self.failures.as_mut().filter(|_| !tests.is_empty()) {
            failures.certain();
        }
    }

    /// Fails a test that stands for the source itself, because of `reason`.
    pub(crate) fn fail_own_test(&self, id: &str, reason: &str, out: &mut Vec<u8>) {
        self.event(failed_test(Cow::from(id), reason), Some(&[]), None, out);
    }

    /// Whether the source has shown a failure.
    pub(crate) fn shows_failure(&self) -> bool {
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
        if let Some(tag) = &self.tag {
            let tags = test.map_or(&mut none, |test| &mut test.value.tags);
            if let Some(stated) = packet.tags() {
                tags.note(stated.clone().filter(|own| own != tag));
                edit = edit.tags(stated.filter(|own| own != tag).chain([&**tag]));
            } else if tags.pay(packet, tag) {
                edit = edit.tags(tags.repeatable().unwrap_or_default().iter().chain([tag]));
            } else if tags.repeatable().is_none() {
                let problem = "a test has more than 4 KiB of tags, which are not repeated on packets without tags";
                self.labels.tell_once(format_args!("{}: {problem}", self.code));
            }
        }
        if let Err(error) = edit.encode(packet, out) {
            for event in refused_packet(packet, &error, &self.code) {
                self.event(event, Some(&[]), None, out);
            }
        }
    }

    fn damage(&mut self, damage: &Damage<'_>, out: &mut Vec<u8>) {
        self.failures.iter_mut().for_each(Failures::certain);
        for event in damage.report() {
            self.event(event, Some(&[]), None, out);
        }
    }

    /// Appends an event of our own. `tags` are those of its test, which keeps what it has if they
    /// are `None`. `inner` is the rest of its route code.
    fn event<'a>(&'a self, mut event: Event<'a>, tags: Option<&'a [String]>, inner: Option<&str>, out: &mut Vec<u8>) {
        event.route_code = Some(joined_route(&self.code, inner));
        event.timestamp = self.now();
        if let Some((tag, tags)) = self.tag.as_ref().zip(tags) {
            event = event.tags(tags.iter().chain([tag]));
        }
        if let Err(error) = encode(&event, out) {
            self.event(refused_event(&error, &self.code), Some(&[]), None, out);
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
            let _ = Trouble::message(problem).reported(env!("CARGO_BIN_NAME"));
        }
    }
}

fn failed_test<'a>(id: Cow<'a, str>, reason: &'a str) -> Event<'a> {
    Event::test(id).status(Status::Fail).file(names::REASON, reason.as_bytes()).mime_type(names::UTF8_TEXT).eof()
}
