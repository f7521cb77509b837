//! The elements of a report.

use std::borrow::Cow;
use std::time::Duration;

use quick_xml::escape::unescape;
use quick_xml::events::attributes::Attribute;
use subunit_codec::Span;

use super::byte_search::{is_one_of, position};
use super::sanitize::{Cleaner, clean, is_suspect};
use super::test_id::split;
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
#[derive(Debug, Default)]
pub struct Markup {
    xml: String,
}

impl Markup {
    /// An empty buffer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What was written.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.xml.as_bytes()
    }

    /// Empties the buffer.
    pub fn clear(&mut self) {
        self.xml.clear();
    }

    /// Opens a `testcase`; one that `is_empty` is closed, too.
    pub fn case(&mut self, id: &str, time: Duration, is_empty: bool) {
        let (classname, name) = split(id);
        self.start("testcase", &[("classname", classname), ("name", name)]);
        self.time(time);
        self.xml.push_str(if is_empty { "/>" } else { ">" });
    }

    /// Opens a `testsuite`.
    pub fn suite(&mut self, name: &str, counts: &Counts, span: Span) {
        self.start("testsuite", &[("name", name)]);
        self.counts(counts, span.duration().unwrap_or_default());
        self.attribute("skipped", &counts.skipped.to_string());
        if let Some(start) = span.start {
            self.attribute("timestamp", &rfc3339(start));
        }
        self.xml.push('>');
    }

    /// Opens the `testsuites` that hold all others. Jenkins' schema knows no number of skipped tests here.
    pub fn suites(&mut self, counts: &Counts, time: Duration) {
        self.start("testsuites", &[]);
        self.counts(counts, time);
        self.xml.push('>');
    }

    /// Opens an element.
    pub fn open(&mut self, element: &str, attributes: &[(&str, &str)]) {
        self.start(element, attributes);
        self.xml.push('>');
    }

    /// Writes an element without content.
    pub fn empty(&mut self, element: &str, attributes: &[(&str, &str)]) {
        self.start(element, attributes);
        self.xml.push_str("/>");
    }

    /// Closes an element.
    pub fn close(&mut self, element: &str) {
        self.xml.extend(["</", element, ">"]);
    }

    /// Writes text.
    pub fn text(&mut self, text: &str) {
        self.xml.push_str(&Cleaner::default().escape(text, true));
    }

    /// Writes a line of text that some readers take for a property. In Jenkins' schema, a test case has no other place for one.
    pub fn property_line(&mut self, name: &str, value: &str) {
        let line = ["[[PROPERTY|", name, "=", value, "]]\n"];
        if position(value.as_bytes(), is_doubtful).is_none() {
            self.xml.extend(line);
        } else {
            self.text(&line.concat());
        }
    }

    /// Ends a line between elements.
    pub fn line(&mut self) {
        self.xml.push('\n');
    }

    /// Writes the line that says what follows.
    pub fn declaration(&mut self) {
        self.xml.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    }

    /// Begins a tag.
    fn start(&mut self, element: &str, attributes: &[(&str, &str)]) {
        self.xml.extend(["<", element]);
        for (name, value) in attributes {
            self.attribute(name, value);
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.xml.extend([" ", name, "=\""]);
        if position(value.as_bytes(), is_doubtful).is_none() {
            self.xml.push_str(value);
        } else {
            self.xml.push_str(&Attribute::from((name, clean(value))).value);
        }
        self.xml.push('"');
    }

    /// What suites and all of them together have in common.
    fn counts(&mut self, counts: &Counts, time: Duration) {
        for (name, count) in [("tests", counts.tests), ("failures", counts.failures), ("errors", counts.errors)] {
            self.attribute(name, &count.to_string());
        }
        self.time(time);
    }

    /// Seconds with three decimals, rounded.
    fn time(&mut self, time: Duration) {
        let time = time.saturating_add(Duration::from_micros(500));
        let (mut seconds, mut millis) = (itoa::Buffer::new(), itoa::Buffer::new());
        // A thousand more keeps the zeros in front.
        let millis = &millis.format(1000 + time.subsec_millis())[1..];
        self.xml.extend([" time=\"", seconds.format(time.as_secs()), ".", millis, "\""]);
    }
}

/// Whether a byte may be of something that cannot stand as it is in an attribute.
#[inline]
fn is_doubtful(byte: u8) -> bool {
    (byte < b' ') | is_suspect(byte) | is_one_of(byte, b"<>&\"'")
}

/// The text that was [escaped](Cleaner::escape).
#[must_use]
pub fn unescaped(text: &str) -> Cow<'_, str> {
    unescape(text).unwrap_or(text.into())
}
