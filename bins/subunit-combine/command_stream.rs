//! The stream of a command: its test ids get a prefix, and the tests that it has begun are known.

use std::borrow::Cow;

use subunit_cli::{Failures, NoPassthrough, ended_test, refused_packet};
use subunit_codec::names::STDOUT;
use subunit_codec::{Event, Flight, Item, Packet, PacketEdit, Renew, Status, Tracker, encode};

/// What becomes of the stream of a command.
pub(crate) struct CommandStream<'a> {
    prefix: &'a str,
    text: NoPassthrough,
    tests: Tracker<IsRunnable>,
    failures: Failures,
}

/// Whether a packet said that a test can be run by itself.
#[derive(Default)]
struct IsRunnable(bool);

impl Renew for IsRunnable {}

impl<'a> CommandStream<'a> {
    pub(crate) fn new(prefix: &'a str, text: NoPassthrough) -> Self {
        Self { prefix, text, tests: Tracker::new(), failures: Failures::default() }
    }

    /// Appends what becomes of an item to `out`.
    pub(crate) fn item(&mut self, item: &Item<'_>, out: &mut Vec<u8>) {
        match item {
            Item::Packet(packet) => self.packet(packet, out),
            Item::Text(text) if !self.text.no_passthrough => append(&Event::global_file(STDOUT, *text), out),
            Item::Text(_) => {}
            Item::Damage(damage) => {
                self.failures.certain();
                damage.report().iter().for_each(|event| append(event, out));
            }
        }
    }

    /// Fails the tests that the command left open.
    pub(crate) fn fail_open_tests(&mut self, reason: &str, out: &mut Vec<u8>) {
        for test in self.tests.drain().iter().filter(|test| Flight::has_status(test)) {
            self.failures.certain();
            let id = format!("{}{}", self.prefix, test.id());
            let route_code = test.route_code().map(Cow::from);
            let event = Event { runnable: test.value.0, route_code, ..ended_test(&*id, Status::Fail, reason) };
            append(&event, out);
        }
    }

    /// Fails a test that stands for the command itself.
    pub(crate) fn fail_own_test(&self, command: &str, reason: &str, out: &mut Vec<u8>) {
        append(&ended_test(format!("{}{command}", self.prefix), Status::Fail, reason), out);
    }

    /// Whether the command has shown a failure.
    pub(crate) fn shows_failure(&self) -> bool {
        self.failures.any()
    }

    fn packet(&mut self, packet: &Packet<'_>, out: &mut Vec<u8>) {
        let Some(test) = self.tests.push(packet).flight() else {
            out.extend_from_slice(packet.as_bytes());
            return;
        };
        test.value.0 |= packet.is_runnable();
        self.failures.note(test.route_code(), test.id(), packet.status());
        if self.prefix.is_empty() {
            out.extend_from_slice(packet.as_bytes());
            return;
        }
        let edit = PacketEdit::new().test_id(format!("{}{}", self.prefix, test.id()));
        if let Err(error) = edit.encode(packet, out) {
            self.failures.certain();
            for event in &refused_packet(packet, &error, self.prefix) {
                append(event, out);
            }
        }
    }
}

fn append(event: &Event<'_>, out: &mut Vec<u8>) {
    // Ids come from packets or are checked, so that they hold no NUL and fit.
    let _ = encode(event, out);
}
