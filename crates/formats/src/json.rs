//! Tests as JSON.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::{Serialize, Serializer};
use subunit_codec::{Attachment, Test};

use crate::text::{self, is_text_attachment};

/// A test as a JSON object on one line, without a newline: what is known of it, `null` for what is
/// not.
///
/// Times are RFC 3339, the duration is in seconds. The keys and their order are part of the
/// interface.
///
/// ```
/// use subunit_codec::{Assembler, Event, Packet, Status, encode};
/// use subunit_formats::json;
///
/// let mut packet = Vec::new();
/// encode(&Event::test("a").status(Status::Skip).tags(["worker-0"]), &mut packet)?;
/// let mut tests = Assembler::new();
/// let test = tests.push(&Packet::parse(&packet)?).ok_or("a test that was skipped is over")?;
/// let json = [
///     r#"{"id":"a","status":"skip","tags":["worker-0"],"route_code":null,"start":null,"#,
///     r#""stop":null,"duration":null,"runnable":true,"attachments":[]}"#,
/// ];
/// assert_eq!(json::test(test), json.concat());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn test(test: &Test) -> String {
    object(test, None)
}

/// A test as [`test`](fn@test) has it, and the texts of its attachments, as far as the test
/// [keeps them](subunit_codec::Assembler::keeping_heads). A text that is cut ends in a line that
/// says how many bytes are missing. The second attachment of a name is called `name-1`, as
/// testtools does it.
///
/// ```
/// use subunit_codec::{Assembler, Event, Packet, Status, encode};
/// use subunit_formats::json;
///
/// let mut packet = Vec::new();
/// let event = Event::test("a").status(Status::Fail).mime_type("text/plain");
/// encode(&event.file("log", &b"12345"[..]).eof(), &mut packet)?;
/// let mut tests = Assembler::keeping_heads(3);
/// let test = tests.push(&Packet::parse(&packet)?).ok_or("a test that failed is over")?;
/// let json = json::test_with_details(test);
/// assert!(json.ends_with(r#""details":{"log":"123\n[... 2 more bytes]"}}"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn test_with_details(test: &Test) -> String {
    object(test, Some(Details(&test.attachments)))
}

fn object(test: &Test, details: Option<Details<'_>>) -> String {
    let object = TestObject {
        id: &test.id,
        status: test.status.name(),
        tags: &test.tags,
        route_code: test.route_code.as_deref(),
        start: test.start.map(|time| time.to_string()),
        stop: test.stop.map(|time| time.to_string()),
        duration: test.duration().map(|duration| duration.as_secs_f64()),
        runnable: test.runnable,
        attachments: test.attachments.iter().map(AttachmentObject::from).collect(),
        details,
    };
    serde_json::to_string(&object).expect("strings, numbers, and lists and maps of them are JSON")
}

#[derive(Serialize)]
struct TestObject<'a> {
    id: &'a str,
    status: &'static str,
    tags: &'a [String],
    route_code: Option<&'a str>,
    start: Option<String>,
    stop: Option<String>,
    duration: Option<f64>,
    runnable: bool,
    attachments: Vec<AttachmentObject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details<'a>>,
}

/// The attachments that are text, as an object of name and text.
struct Details<'a>(&'a [Attachment]);

impl Serialize for Details<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut names = UniqueNames::default();
        let texts = self.0.iter().filter(|file| is_text_attachment(&file.name, file.mime_type.as_deref()));
        serializer.collect_map(texts.map(|file| (names.next(&file.name), text::kept(file))))
    }
}

/// Names, each of which is used once.
#[derive(Default)]
struct UniqueNames<'a> {
    used: HashSet<Cow<'a, str>>,
    /// How often each was asked for.
    counts: HashMap<&'a str, usize>,
}

impl<'a> UniqueNames<'a> {
    /// The name, or if it is used already, the first of `name-1`, `name-2` and so on that is not.
    fn next(&mut self, name: &'a str) -> Cow<'a, str> {
        let count = self.counts.entry(name).or_default();
        let mut unique = Cow::Borrowed(name);
        loop {
            if *count > 0 {
                unique = format!("{name}-{count}").into();
            }
            *count += 1;
            if self.used.insert(unique.clone()) {
                return unique;
            }
        }
    }
}

#[derive(Serialize)]
struct AttachmentObject<'a> {
    name: &'a str,
    mime_type: Option<&'a str>,
    size: u64,
}

impl<'a> From<&'a Attachment> for AttachmentObject<'a> {
    fn from(attachment: &'a Attachment) -> Self {
        Self { name: &attachment.name, mime_type: attachment.mime_type.as_deref(), size: attachment.size }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attachments_of_one_name_keep_apart() {
        let mut names = UniqueNames::default();
        let asked = ["a", "a", "a-1", "b", "a", "a-1"];
        assert_eq!(asked.map(|name| names.next(name)), ["a", "a-1", "a-1-1", "b", "a-2", "a-1-2"]);
    }
}
