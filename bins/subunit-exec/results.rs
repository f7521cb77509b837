//! The results that the command reports itself.

use subunit_cli::{joined_route, refused_packet};
use subunit_codec::names::STDOUT;
use subunit_codec::{Damage, Event, Flight, Packet, PacketEdit, Renew, Timestamp, Tracker};

use crate::outer_test::append;

/// The results in a stream of the command, which are passed on with the route code in front.
pub(crate) struct Results<'a> {
    route_code: Option<&'a str>,
    tests: Tracker<Nothing>,
}

#[derive(Default)]
struct Nothing;

impl Renew for Nothing {}

impl<'a> Results<'a> {
    pub(crate) fn new(route_code: Option<&'a str>) -> Self {
        Self { route_code, tests: Tracker::new() }
    }

    /// Appends a packet.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>, out: &mut Vec<u8>) {
        self.tests.push(packet);
        let Some(code) = self.route_code else { return out.extend_from_slice(packet.as_bytes()) };
        let edit = PacketEdit::new().route_code(joined_route(code, packet.route_code()));
        if let Err(error) = edit.encode(packet, out) {
            for event in refused_packet(packet, &error, code) {
                self.event(event, out);
            }
        }
    }

    /// Appends a report of damage.
    pub(crate) fn damage(&self, damage: &Damage<'_>, out: &mut Vec<u8>) {
        for event in damage.report() {
            self.event(event, out);
        }
    }

    /// Appends text that stood between results.
    pub(crate) fn text(&self, text: &[u8], out: &mut Vec<u8>) {
        self.event(Event::global_file(STDOUT, text), out);
    }

    /// Whether a test has begun and not ended.
    pub(crate) fn are_unfinished(&mut self) -> bool {
        self.tests.drain().iter().any(Flight::has_status)
    }

    fn event(&self, event: Event<'_>, out: &mut Vec<u8>) {
        append(&Event { timestamp: Timestamp::now(), route_code: self.route_code.map(Into::into), ..event }, out);
    }
}
