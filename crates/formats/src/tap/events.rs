//! The events that TAP becomes, but for those of test points.

use subunit_codec::{Event, Status, Timestamp};

/// Takes events.
pub(super) type Out<'a, E> = dyn FnMut(&Event<'_>) -> Result<(), E> + 'a;

/// The MIME type of text, as python-subunit writes it.
pub(super) const TEXT: &str = "text/plain; charset=UTF8";

/// Writes text that belongs to no test.
pub(super) fn write_text<E>(text: &[u8], time: Option<Timestamp>, out: &mut Out<'_, E>) -> Result<(), E> {
    let event = Event::global_file("stdout", text).mime_type(TEXT);
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
    let event = event.file("tap meta", reason.as_bytes()).mime_type(TEXT).eof();
    out(&Event { timestamp: time, ..event })
}
