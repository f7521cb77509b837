//! The events that TAP becomes, but for those of test points.

use subunit_codec::names::{STDOUT, TAP_META, TAP_TEXT};
use subunit_codec::{Event, Status, Timestamp};

/// Takes events.
pub(super) type Out<'a, E> = dyn FnMut(&Event<'_>) -> Result<(), E> + 'a;

/// The test that fails if something is wrong that is no test's.
pub(super) const ERRORS: &str = "tap errors";

/// Writes text that belongs to no test.
pub(super) fn write_text<E>(text: &[u8], time: Option<Timestamp>, out: &mut Out<'_, E>) -> Result<(), E> {
    let event = Event::global_file(STDOUT, text).mime_type(TAP_TEXT);
    if text.is_empty() { Ok(()) } else { out(&Event { timestamp: time, ..event }) }
}

/// Writes a failed test for something that is wrong with the TAP.
pub(super) fn write_failure<E>(
    id: String,
    reason: &str,
    time: Option<Timestamp>,
    out: &mut Out<'_, E>,
) -> Result<(), E> {
    let event = Event::test(id).not_runnable().status(Status::Fail);
    let event = event.file(TAP_META, reason.as_bytes()).mime_type(TAP_TEXT).eof();
    out(&Event { timestamp: time, ..event })
}
