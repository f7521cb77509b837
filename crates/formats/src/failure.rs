//! What a test says of its failure.

use std::borrow::Cow;

use subunit_codec::{Attachment, PARSER_TEST_ID, Test, summarize_damage};

use crate::junit::{Summary, telling_rank};
use crate::text::{is_text_attachment, kept};

/// The text of a test that tells most of why it did not pass, as far as its attachments are
/// [kept](subunit_codec::Assembler): a traceback, or else a reason, or else the first other text.
#[must_use]
pub fn telling_text(test: &Test) -> Option<String> {
    text_attachments(test).min_by_key(|it| telling_rank(&it.name, it.mime_type.as_deref())).map(kept)
}

fn text_attachments(test: &Test) -> impl Iterator<Item = &Attachment> {
    test.attachments.iter().filter(|it| it.size > 0 && is_text_attachment(&it.name, it.mime_type.as_deref()))
}

/// The texts of a test, as far as its attachments are [kept](subunit_codec::Assembler).
pub fn texts(test: &Test) -> impl Iterator<Item = String> {
    text_attachments(test).map(kept)
}

/// The first line of what a test says of its failure: class and message of an exception if the text
/// names one. Empty if it says nothing.
///
/// ```
/// use subunit_codec::{Assembler, Event, Packet, Status, encode};
/// use subunit_formats::failure::first_line;
///
/// let mut bytes = Vec::new();
/// let text = b"Traceback (most recent call last):\n  File \"x.py\", line 1\nValueError: 1\n2\n";
/// encode(&Event::test("a").file("traceback", &text[..]).status(Status::Fail), &mut bytes)?;
/// let mut tests = Assembler::keeping_files();
/// let test = tests.push(&Packet::parse(&bytes)?).ok_or("it is over")?;
/// assert_eq!(first_line(test), "ValueError: 1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn first_line(test: &Test) -> String {
    let Some(said) = telling_text(test) else { return String::new() };
    let message = if test.id == PARSER_TEST_ID {
        summarize_damage(said.as_bytes())
    } else {
        let Summary { kind, message } = Summary::of(&said, false);
        match kind {
            Some(kind) if message.is_empty() => kind.into_owned(),
            Some(kind) => format!("{kind}: {message}"),
            None => Cow::into_owned(message),
        }
    };
    message.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}
