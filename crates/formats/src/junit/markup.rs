//! The elements of a report.

use std::borrow::Cow;
use std::fmt::Write;
use std::time::Duration;

use quick_xml::Writer;
use quick_xml::escape::{partial_escape, unescape};
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use subunit_codec::Timestamp;

use super::clean::clean;
use super::names::split;
use crate::time::rfc3339;

/// How many tests there are, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All tests that were run or skipped.
    pub tests: u64,
    /// Tests that failed.
    pub failures: u64,
    /// Tests of which nobody knows: they did not finish.
    pub errors: u64,
    /// Tests that were skipped.
    pub skipped: u64,
}

/// Writes elements into a buffer. Attributes and texts are [cleaned](clean) and escaped.
pub struct Markup {
    writer: Writer<Vec<u8>>,
    /// The start of an element that every report has most of.
    case: BytesStart<'static>,
    time: String,
}

impl Default for Markup {
    fn default() -> Self {
        Self::new()
    }
}

impl Markup {
    /// An empty buffer.
    #[must_use]
    pub fn new() -> Self {
        Self { writer: Writer::new(Vec::new()), case: BytesStart::new("testcase"), time: String::new() }
    }

    /// What was written.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.writer.get_ref()
    }

    /// Empties the buffer.
    pub fn clear(&mut self) {
        self.writer.get_mut().clear();
    }

    /// Opens a `testcase`; one that `is_empty` is closed, too.
    pub fn case(&mut self, id: &str, time: Duration, is_empty: bool) {
        let (classname, name) = split(id);
        self.time.clear();
        push_seconds(time, &mut self.time);
        self.case.clear_attributes();
        self.case.push_attribute(("classname", clean(classname)));
        self.case.push_attribute(("name", clean(name)));
        self.case.push_attribute(("time", &*self.time));
        let start = self.case.borrow();
        let event = if is_empty { Event::Empty(start) } else { Event::Start(start) };
        write(&mut self.writer, event);
    }

    /// Opens a `testsuite`.
    pub fn suite(&mut self, name: &str, counts: &Counts, time: Duration, start: Option<Timestamp>) {
        let mut element = BytesStart::new("testsuite");
        element.push_attribute(("name", clean(name)));
        push_counts(counts, time, &mut element);
        element.push_attribute(("skipped", &*counts.skipped.to_string()));
        if let Some(start) = start {
            element.push_attribute(("timestamp", &*rfc3339(start)));
        }
        self.write(Event::Start(element));
    }

    /// Opens the `testsuites` that hold all others. Jenkins' schema knows no number of skipped tests here.
    pub fn suites(&mut self, counts: &Counts, time: Duration) {
        let mut element = BytesStart::new("testsuites");
        push_counts(counts, time, &mut element);
        self.write(Event::Start(element));
    }

    /// Opens an element.
    pub fn open(&mut self, element: &str, attributes: &[(&str, &str)]) {
        self.write(Event::Start(start(element, attributes)));
    }

    /// Writes an element without content.
    pub fn empty(&mut self, element: &str, attributes: &[(&str, &str)]) {
        self.write(Event::Empty(start(element, attributes)));
    }

    /// Closes an element.
    pub fn close(&mut self, element: &str) {
        self.write(Event::End(BytesEnd::new(element)));
    }

    /// Writes text.
    pub fn text(&mut self, text: &str) {
        self.write(Event::Text(BytesText::from_escaped(partial_escape(clean(text)))));
    }

    /// Ends a line between elements.
    pub fn line(&mut self) {
        self.writer.get_mut().push(b'\n');
    }

    /// Writes the line that says what follows.
    pub fn declaration(&mut self) {
        self.write(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)));
        self.line();
    }

    fn write(&mut self, event: Event<'_>) {
        write(&mut self.writer, event);
    }
}

fn write(writer: &mut Writer<Vec<u8>>, event: Event<'_>) {
    writer.write_event(event).expect("a buffer takes anything");
}

/// Text that is [clean](super::Cleaner) already, as it stands between tags.
#[must_use]
pub fn escaped(text: &str) -> Cow<'_, str> {
    partial_escape(text)
}

/// The text that was [`escaped`].
#[must_use]
pub fn unescaped(text: &str) -> Cow<'_, str> {
    unescape(text).unwrap_or(text.into())
}

fn start<'a>(element: &'a str, attributes: &[(&str, &str)]) -> BytesStart<'a> {
    let mut start = BytesStart::new(element);
    for (name, value) in attributes {
        start.push_attribute((*name, clean(value)));
    }
    start
}

/// What suites and all of them together have in common.
fn push_counts(counts: &Counts, time: Duration, element: &mut BytesStart<'_>) {
    for (name, count) in [("tests", counts.tests), ("failures", counts.failures), ("errors", counts.errors)] {
        element.push_attribute((name, &*count.to_string()));
    }
    let mut seconds = String::new();
    push_seconds(time, &mut seconds);
    element.push_attribute(("time", &*seconds));
}

/// Seconds with three decimals, rounded.
fn push_seconds(time: Duration, text: &mut String) {
    let millis = (time.as_nanos() + 500_000) / 1_000_000;
    write!(text, "{}.{:03}", millis / 1000, millis % 1000).expect("a string takes any text");
}
