//! The elements of a report.

use std::time::Duration;

use memchr::{memchr, memchr3};
use quick_xml::escape::partial_escape;
use quick_xml::events::attributes::Attribute;
use subunit_codec::Span;

use super::byte_search::{is_one_of, position};
use super::sanitize::{clean, is_suspect};
use super::test_id::{is_plain, split, split_plain};

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

impl Counts {
    /// Adds the counts of others.
    pub fn add(&mut self, other: &Self) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.errors += other.errors;
        self.skipped += other.skipped;
    }
}

/// Writes elements into a buffer. Values of attributes are [cleaned](clean) and escaped, texts are
/// escaped.
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

    /// What was written, as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.xml
    }

    /// How many bytes were written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.xml.len()
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.xml.is_empty()
    }

    /// Empties the buffer.
    pub fn clear(&mut self) {
        self.xml.clear();
    }

    /// Opens a `testcase`; one that `is_empty` is closed, too. The name of the suite is the
    /// classname of an id that has none: Jenkins shows an empty one as a class without a name.
    pub fn case(&mut self, id: &str, suite: &str, time: Duration, is_empty: bool) {
        if is_plain(id) {
            let (class, name) = split_plain(id);
            if class.is_empty() {
                self.start("testcase", &[("classname", suite)]);
            } else {
                self.xml.extend(["<testcase classname=\"", class, "\""]);
            }
            self.xml.extend([" name=\"", name, "\""]);
        } else {
            let id = clean(id);
            let (class, name) = split(&id);
            let class = if class.is_empty() { suite } else { class };
            self.start("testcase", &[("classname", class), ("name", name)]);
        }
        self.time(time);
        self.xml.push_str(if is_empty { "/>" } else { ">" });
    }

    /// Begins the tag of a `testsuite`; [`end_tag`](Self::end_tag) ends it.
    pub fn start_suite(&mut self, name: &str, counts: &Counts, span: Span) {
        self.start("testsuite", &[("name", name)]);
        self.counts(counts, span.duration().unwrap_or_default());
        self.attribute("skipped", &counts.skipped.to_string());
        if let Some(start) = span.start {
            self.attribute("timestamp", &start.to_string());
        }
    }

    /// Ends a tag.
    pub fn end_tag(&mut self) {
        self.xml.push('>');
    }

    /// Opens the `testsuites` that hold all others. Jenkins' schema knows no number of skipped
    /// tests here.
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

    /// Writes text that is [clean](super::Cleaner).
    ///
    /// ```
    /// use subunit_formats::junit::Markup;
    ///
    /// let mut xml = Markup::new();
    /// xml.clean_text("a<b>&\r");
    /// assert_eq!(xml.as_bytes(), b"a&lt;b&gt;&amp;&#13;");
    /// ```
    pub fn clean_text(&mut self, text: &str) {
        let markup = memchr3(b'<', b'>', b'&', text.as_bytes());
        match markup.into_iter().chain(memchr(b'\r', text.as_bytes())).min() {
            None => self.xml.push_str(text),
            Some(at) => {
                // The start is copied, not searched again: specials are often at the end.
                let (plain, rest) = text.split_at(at);
                self.xml.push_str(plain);
                self.xml.push_str(&partial_escape(rest));
            }
        }
    }

    /// Adds what another one wrote.
    pub fn written(&mut self, xml: &str) {
        self.xml.push_str(xml);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_without_a_class_has_the_suite_for_one() {
        for (id, class, name) in [
            ("a", "of &lt;all&gt;", "a"),
            ("a.b", "a", "b"),
            ("a.", "of &lt;all&gt;", "a."),
            ("x/y.z", "x", "y.z"),
            (" a.b", "of &lt;all&gt;", " a.b"),
            ("(a.b) c", "of &lt;all&gt;", "(a.b) c"),
            ("a&b", "of &lt;all&gt;", "a&amp;b"),
            ("a.b&c", "a", "b&amp;c"),
            ("\u{1b}[1m.b", "of &lt;all&gt;", ".b"),
            ("\u{1b}[1mred\u{1b}[m.b", "red", "b"),
        ] {
            let mut xml = Markup::new();
            xml.case(id, "of <all>", Duration::ZERO, true);
            let expected = format!("<testcase classname=\"{class}\" name=\"{name}\" time=\"0.000\"/>");
            assert_eq!(str::from_utf8(xml.as_bytes()), Ok(&*expected), "{id:?}");
        }
    }

    #[test]
    fn text_is_escaped_wherever_a_special_stands() {
        for (text, expected) in
            [("\"as\" it\n\t'is'", "\"as\" it\n\t'is'"), ("]]>", "]]&gt;"), ("a<b&\r>", "a&lt;b&amp;&#13;&gt;")]
        {
            let mut xml = Markup::new();
            xml.clean_text(text);
            assert_eq!(str::from_utf8(xml.as_bytes()), Ok(expected), "{text:?}");
        }
    }
}
