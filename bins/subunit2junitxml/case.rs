//! A test as a test case.

use std::borrow::Cow;
use std::mem;

use subunit_cli::Trouble;
use subunit_codec::{Packet, Span, Status};
use subunit_formats::junit::{self, Counts, Summary, unescaped};

use crate::attachment::{Attachment, Attachments, Piece};
use crate::case_writer::CaseWriter;
use crate::text_store::{Spool, Text};

/// What is known so far of a test.
#[derive(Debug, Default)]
pub(crate) struct Case {
    pub(crate) status: Option<Status>,
    pub(crate) tags: Vec<String>,
    pub(crate) span: Span,
    pub(crate) attachments: Attachments,
}

/// How many bytes at the end of a text are looked at for what the matter was.
const TELLING: usize = 64 << 10;
/// How many characters a message may have.
const LONGEST_MESSAGE: usize = 1000;
/// Room for more tags than this is not kept for other tests, which hardly ever have as many.
const MOST_TAGS_TO_USE_AGAIN: usize = 64;

impl Case {
    /// An empty case in the memory of this one, which was written.
    pub(crate) fn renewed(&mut self) -> Self {
        let mut tags = mem::take(&mut self.tags);
        tags.clear();
        tags.shrink_to(MOST_TAGS_TO_USE_AGAIN);
        Self { tags, ..Self::default() }
    }

    /// Takes in a packet of the test.
    pub(crate) fn take_in(&mut self, packet: &Packet<'_>, spool: &mut Spool) -> Result<(), Trouble> {
        let time = packet.timestamp();
        self.span.start = self.span.start.or(time);
        if let Some(tags) = packet.tags()
            && !(tags.len() == self.tags.len() && tags.clone().eq(self.tags.iter().map(String::as_str)))
        {
            self.tags.clear();
            self.tags.extend(tags.map(str::to_owned));
        }
        if let Some(status) = packet.status() {
            self.status = Some(status);
            if status.is_final() {
                self.span.stop = time;
            }
        }
        Piece::of(packet).map_or(Ok(()), |piece| self.attachments.take_in(piece, spool))
    }

    /// What the test adds to the counts of its suite.
    pub(crate) fn counts(&self) -> Counts {
        let is = |statuses: &[Option<Status>]| u64::from(statuses.contains(&self.status));
        Counts {
            tests: 1,
            failures: is(&[Some(Status::Fail), Some(Status::UnexpectedSuccess)]),
            errors: is(&[Some(Status::InProgress)]),
            skipped: is(&[Some(Status::Skip)]),
        }
    }

    /// Adds the test case to a text, with all attachments.
    pub(crate) fn write(
        &mut self,
        id: &str,
        route_code: Option<&str>,
        to: &mut Text,
        pen: &mut CaseWriter,
    ) -> Result<(), Trouble> {
        let (status, time) = (self.status.unwrap_or(Status::InProgress), self.span.duration().unwrap_or_default());
        let outcome = Outcome::of(status);
        let places = Places::new(status, self.attachments.finish(&mut pen.spool)?);
        let has_properties = route_code.is_some() || !self.tags.is_empty();
        let has_output = !(places.output.is_empty() && places.others.is_empty()) || has_properties;
        let is_empty = outcome.is_none() && !has_output && places.errors.is_empty();
        pen.markup.case(id, time, is_empty);
        if let Some(outcome) = outcome {
            outcome.write(places.outcome, to, pen)?;
        }
        if has_output {
            pen.markup.open("system-out", &[]);
            pen.printed(to, places.output)?;
            pen.others(to, places.others)?;
            if let Some(code) = route_code {
                pen.markup.property_line("route", code);
            }
            for tag in &self.tags {
                pen.markup.property_line("tag", tag);
            }
            pen.markup.close("system-out");
        }
        if !places.errors.is_empty() {
            pen.markup.open("system-err", &[]);
            pen.printed(to, places.errors)?;
            pen.markup.close("system-err");
        }
        if !is_empty {
            pen.markup.close("testcase");
        }
        pen.markup.line();
        pen.flush(to)
    }
}

/// Where the attachments of a test belong.
#[derive(Default)]
struct Places {
    /// In the failure, or the one reason of a test that was skipped.
    outcome: Vec<Attachment>,
    output: Vec<Attachment>,
    errors: Vec<Attachment>,
    others: Vec<Attachment>,
}

impl Places {
    fn new(status: Status, attachments: Vec<Attachment>) -> Self {
        let mut places = Self::default();
        let reason = if status == Status::Skip { reason(&attachments) } else { None };
        for (index, attachment) in attachments.into_iter().enumerate() {
            let place = match &*attachment.name {
                "stdout" => &mut places.output,
                "stderr" => &mut places.errors,
                _ if status.is_failure() || reason == Some(index) => &mut places.outcome,
                _ => &mut places.others,
            };
            place.push(attachment);
        }
        places
    }
}

/// Which attachment tells why a test was skipped: a reason, or else what a harness that writes TAP said, or else the only text.
fn reason(attachments: &[Attachment]) -> Option<usize> {
    let is_text =
        |attachment: &Attachment| !attachment.text.is_empty() && !matches!(&*attachment.name, "stdout" | "stderr");
    let named = |name| attachments.iter().position(|attachment| attachment.name == name && is_text(attachment));
    let only = || {
        let mut texts = attachments.iter().enumerate().filter(|(_, attachment)| is_text(attachment));
        texts.next().filter(|_| texts.next().is_none()).map(|(index, _)| index)
    };
    named("reason").or_else(|| named("tap comment")).or_else(only)
}

/// How a test case says that a test did not simply pass.
struct Outcome {
    element: &'static str,
    /// The type, and the message, where no attachment tells of others.
    kind: &'static str,
    message: &'static str,
    /// Whether the message is this one whatever the attachments say.
    is_certain: bool,
}

impl Outcome {
    fn of(status: Status) -> Option<Self> {
        let (element, kind, message, is_certain) = match status {
            Status::Fail => ("failure", "failure", "the test failed", false),
            Status::UnexpectedSuccess => {
                ("failure", "UnexpectedSuccess", "the test passed, and was expected to fail", true)
            }
            Status::InProgress => ("error", "Unfinished", "the test did not finish", true),
            Status::Skip => ("skipped", "", "", false),
            Status::Exists | Status::Success | Status::ExpectedFailure => return None,
        };
        Some(Self { element, kind, message, is_certain })
    }

    /// Writes the element, with the attachments that belong in it.
    fn write(&self, attachments: Vec<Attachment>, to: &mut Text, pen: &mut CaseWriter) -> Result<(), Trouble> {
        let (kind, message) = self.words(&attachments, &pen.spool)?;
        if self.element == "skipped" {
            let attributes = [("message", &*message)];
            pen.markup.open(self.element, if message.is_empty() { &[] } else { &attributes });
            attachments.into_iter().try_for_each(|reason| pen.join(to, reason.text))?;
        } else {
            pen.markup.open(self.element, &[("type", &kind), ("message", &message)]);
            pen.others(to, attachments)?;
        }
        pen.markup.close(self.element);
        Ok(())
    }

    /// Type and message, out of the attachment that tells most.
    fn words(&self, attachments: &[Attachment], spool: &Spool) -> Result<(String, String), Trouble> {
        let own = || (self.kind.to_owned(), self.message.to_owned());
        let Some(attachment) = telling(attachments).filter(|_| !self.is_certain) else { return Ok(own()) };
        let bytes = spool.last(&attachment.text, TELLING)?;
        let is_cut = attachment.text.len() > bytes.len() as u64;
        let text = String::from_utf8_lossy(&bytes);
        // The first line may begin in the middle of a character or of an escape.
        let text = text.split_once('\n').filter(|_| is_cut).map_or(&*text, |(_, rest)| rest);
        let text = unescaped(text);
        if self.element == "skipped" {
            let reason = if attachment.name == "tap comment" { junit::reason_in_tap(&text) } else { text.trim() };
            return Ok((String::new(), shortened(reason)));
        }
        let summary = Summary::of(&text, is_cut);
        let message = if summary.message.is_empty() { self.message } else { &summary.message };
        Ok((summary.kind.map_or_else(|| self.kind.to_owned(), Cow::into_owned), shortened(message)))
    }
}

/// The attachment that tells what went wrong: a traceback, or else a reason, or else the first text.
fn telling(attachments: &[Attachment]) -> Option<&Attachment> {
    let texts = || attachments.iter().filter(|attachment| !attachment.text.is_empty());
    let reason = || texts().find(|attachment| attachment.name == "reason");
    texts().find(|attachment| attachment.is_traceback()).or_else(reason).or_else(|| texts().next())
}

fn shortened(message: &str) -> String {
    match message.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}...", &message[..end]),
        None => message.to_owned(),
    }
}
