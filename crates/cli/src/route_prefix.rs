//! Route codes put in front of those that packets have.

use std::borrow::Cow;

use subunit_codec::{EncodeError, Event, PARSER_TEST_ID, Packet, Status, names};

/// A route code in front of the one that a packet has.
///
/// ```
/// use subunit_cli::joined_route;
///
/// assert_eq!(joined_route("web", Some("0")), "web/0");
/// assert_eq!(joined_route("web", None), "web");
/// ```
#[must_use]
pub fn joined_route<'a>(code: &'a str, inner: Option<&str>) -> Cow<'a, str> {
    inner.map_or(Cow::from(code), |inner| Cow::from([code, "/", inner].concat()))
}

/// The report, as a failed test, of a packet in which there is no room for the route code `code`,
/// beside an id of megabytes. It has no route code yet.
#[must_use]
pub fn refused_packet<'a>(packet: &Packet<'a>, error: &EncodeError, code: &str) -> [Event<'a>; 2] {
    let data = Event::test(PARSER_TEST_ID).file(names::PACKET_DATA, packet.as_bytes()).mime_type(names::OCTET_STREAM);
    [data.eof(), refused_event(error, code)]
}

/// The report, as a failed test, that there is no room for the route code `code` in an event.
#[must_use]
pub fn refused_event<'a>(error: &EncodeError, code: &str) -> Event<'a> {
    let problem = format!("{error} with the route code {code}").into_bytes();
    let event = Event::test(PARSER_TEST_ID).status(Status::Fail).file(names::PARSER_ERROR, problem);
    event.mime_type(names::UTF8_TEXT).eof()
}
