//! The test that stands for the command.

use subunit_codec::{Event, Status, Timestamp, encode, names};

/// The test that stands for the command: what its packets have in common.
pub(crate) struct OuterTest {
    pub(crate) id: String,
    pub(crate) tags: Vec<String>,
    pub(crate) route_code: Option<String>,
    pub(crate) is_runnable: bool,
}

impl OuterTest {
    /// Appends the start of the test.
    pub(crate) fn begin(&self, out: &mut Vec<u8>) {
        append(&self.tagged().status(Status::InProgress), out);
    }

    /// Appends the end of the test, with a last attachment of text.
    pub(crate) fn end(&self, status: Status, name: &str, text: &str, out: &mut Vec<u8>) {
        append(&text_file(self.tagged(), name, text).status(status), out);
    }

    /// Appends an attachment of text.
    pub(crate) fn attach(&self, name: &str, text: &str, out: &mut Vec<u8>) {
        append(&text_file(self.event(), name, text), out);
    }

    /// Tags are on the first packet and on the last: those between leave the test what it has.
    fn tagged(&self) -> Event<'_> {
        let event = self.event();
        if self.tags.is_empty() { event } else { event.tags(&self.tags) }
    }

    fn event(&self) -> Event<'_> {
        Event {
            timestamp: Timestamp::now(),
            runnable: self.is_runnable,
            route_code: self.route_code.as_deref().map(Into::into),
            ..Event::test(&*self.id)
        }
    }
}

/// What the command prints to one of its descriptors: an attachment that grows.
pub(crate) struct Printed<'a> {
    test: &'a OuterTest,
    name: &'static str,
    is_begun: bool,
}

impl<'a> Printed<'a> {
    /// A packet holds so much of it at most.
    const MOST: usize = 1 << 16;

    pub(crate) fn new(test: &'a OuterTest, name: &'static str) -> Self {
        Self { test, name, is_begun: false }
    }

    /// Appends bytes that were printed.
    pub(crate) fn append(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for piece in bytes.chunks(Self::MOST) {
            let event = self.test.event().file(self.name, piece);
            append(&if self.is_begun { event } else { event.mime_type(names::UTF8_TEXT) }, out);
            self.is_begun = true;
        }
    }

    /// Appends the end, if anything was printed.
    pub(crate) fn end(&self, out: &mut Vec<u8>) {
        if self.is_begun {
            append(&self.test.event().file(self.name, &b""[..]).eof(), out);
        }
    }
}

fn text_file<'a>(event: Event<'a>, name: &'a str, text: &'a str) -> Event<'a> {
    event.file(name, text.as_bytes()).mime_type(names::UTF8_TEXT).eof()
}

/// Appends an event. Each fits into a packet: names are bounded, all arguments together too, and
/// none holds a NUL.
pub(crate) fn append(event: &Event<'_>, out: &mut Vec<u8>) {
    let _ = encode(event, out);
}
