//! A test as directives.

use std::collections::HashSet;
use std::{io, iter};

use subunit_cli::{Output, Spill, Trouble};
use subunit_codec::Timestamp;
use subunit_codec::names::{OCTET_STREAM, REASON, UTF8_TEXT};
use subunit_codec::v1::{Outcome, Writer};

use crate::losses::Losses;
use crate::names;
use crate::pending::{Attachment, Pending};

/// What an unfinished test says.
const UNFINISHED: &[u8] = b"the test did not finish";

/// Writes directives and text, and counts what they cannot hold.
pub(crate) struct Directives {
    /// Writes to memory: what it wrote is handed on soon.
    writer: Writer<Vec<u8>>,
    pub(crate) losses: Losses,
}

impl Directives {
    /// How much text is written at once.
    const PIECE: usize = 64 << 10;
    /// More bytes of global tags than this are not repeated for a test by these tools.
    const MOST_GLOBAL_TAGS: usize = 4 << 10;
    /// More bytes of tags are refused.
    const MOST_TAGS: usize = 60 << 10;

    pub(crate) fn new() -> Self {
        Self { writer: Writer::new(Vec::new()), losses: Losses::default() }
    }

    pub(crate) fn text(&mut self, text: &[u8], output: &mut Output) -> Result<(), Trouble> {
        // In pieces, to take little memory if much comes at once.
        text.chunks(Self::PIECE).try_for_each(|piece| {
            fits(self.writer.text(piece));
            self.hand_on(output)
        })
    }

    /// No more text comes.
    pub(crate) fn end_text(&mut self, output: &mut Output) -> Result<(), Trouble> {
        fits(self.writer.end_text());
        self.hand_on(output)
    }

    pub(crate) fn test(
        &mut self,
        id: &str,
        outcome: Outcome,
        test: &Pending,
        store: &Spill,
        output: &mut Output,
    ) -> Result<(), Trouble> {
        let label = names::label(id);
        let (global, own) = self.tags(test);
        self.time(test.span.start);
        fits(self.writer.tags(&words(&global), &[]));
        fits(self.writer.test(&label));
        fits(self.writer.tags(&words(&own), &[]));
        self.time(test.span.stop);
        fits(self.writer.begin_details(outcome, &label));
        for attachment in &test.attachments {
            self.begin_detail(attachment);
            store.read(&attachment.content, |bytes| {
                fits(self.writer.chunk(bytes));
                self.hand_on(output)
            })?;
            fits(self.writer.end_detail());
        }
        if outcome == Outcome::Error {
            fits(self.writer.begin_detail(&unused(REASON, &test.attachments), UTF8_TEXT));
            fits(self.writer.chunk(UNFINISHED));
            fits(self.writer.end_detail());
        }
        fits(self.writer.end_details());
        fits(self.writer.tags(&[], &words(&global)));
        self.hand_on(output)
    }

    /// The tags to set around a test, and those to set in it.
    fn tags(&mut self, test: &Pending) -> (Vec<String>, Vec<String>) {
        let (mut global, mut own, mut bytes) = (Vec::new(), Vec::new(), 0);
        for tag in test.tags.iter().map(|tag| names::tag(tag)) {
            bytes += tag.len() + 1;
            if tag.is_empty() || bytes > Self::MOST_TAGS {
                self.losses.tags += 1;
            } else if bytes > Self::MOST_GLOBAL_TAGS {
                own.push(tag);
            } else {
                global.push(tag);
            }
        }
        (global, own)
    }

    fn time(&mut self, time: Option<Timestamp>) {
        if let Some(time) = time {
            self.losses.rounded_times += u64::from(time.nanoseconds() % 1000 != 0);
            fits(self.writer.time(time));
        }
    }

    fn begin_detail(&mut self, attachment: &Attachment) {
        let name = names::attachment(&attachment.name);
        let mime_type = attachment.mime_type.as_deref().unwrap_or(OCTET_STREAM);
        if self.writer.begin_detail(&name, mime_type).is_err() {
            self.losses.mime_types += 1;
            fits(self.writer.begin_detail(&name, OCTET_STREAM));
        }
    }

    fn hand_on(&mut self, output: &mut Output) -> Result<(), Trouble> {
        output.bytes(self.writer.get_mut())?;
        self.writer.get_mut().clear();
        Ok(())
    }
}

fn words(tags: &[String]) -> Vec<&str> {
    tags.iter().map(String::as_str).collect()
}

/// The result of writing to memory, with names that were made to fit.
fn fits(result: io::Result<()>) {
    result.expect("memory takes all that a line can hold");
}

/// A name that no attachment has: of two with one name, readers keep the last.
fn unused(name: &str, attachments: &[Attachment]) -> String {
    let taken: HashSet<&str> = attachments.iter().map(|attachment| attachment.name.as_str()).collect();
    let numbered = (1..).map(|number| format!("{name}-{number}"));
    iter::once(name.to_owned()).chain(numbered).find(|name| !taken.contains(name.as_str())).unwrap_or_default()
}
