//! A test as a test case.

use std::borrow::Cow;
use std::mem;

use subunit_cli::Trouble;
use subunit_codec::names::{STDERR, STDOUT};
use subunit_codec::{Packet, Renew, Span, Status};
use subunit_formats::junit::{Counts, type_attribute};

use crate::attachment::{Attachment, Attachments, Piece};
use crate::case_writer::{CaseWriter, others, printed};
use crate::outcome::{Outcome, reason};
use crate::tags::TagList;
use crate::text_store::Spool;

/// What is known so far of a test.
#[derive(Debug, Default)]
pub(crate) struct Case {
    pub(crate) status: Option<Status>,
    pub(crate) tags: TagList,
    pub(crate) span: Span,
    pub(crate) attachments: Attachments,
}

impl Renew for Case {
    /// Keeps the memory of the tags: most tests have those of the one before.
    fn renew(&mut self) {
        let mut tags = mem::take(&mut self.tags);
        tags.clear();
        *self = Self { tags, ..Self::default() };
    }
}

/// Where an attachment belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In the failure, or the one reason of a test that was skipped.
    Outcome,
    /// In the failure of an attempt before the last.
    Attempt(u32),
    Output,
    Errors,
    /// Behind what was printed.
    Rest,
}

impl Case {
    /// Learns what a packet of the test says.
    pub(crate) fn absorb(&mut self, packet: &Packet<'_>, spool: &mut Spool) -> Result<(), Trouble> {
        let time = packet.timestamp();
        self.span.start = self.span.start.or(time);
        self.tags.learn(packet);
        if let Some(status) = packet.status() {
            self.status = Some(status);
            if status.is_final() {
                self.span.stop = time;
            }
        }
        Piece::of(packet).map_or(Ok(()), |piece| self.attachments.add(piece, spool))
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

    /// Writes the test case, with all attachments, which have ended, and with lines that tell its
    /// properties.
    pub(crate) fn write(
        &self,
        id: &str,
        suite: &str,
        properties: &str,
        writer: &mut CaseWriter,
    ) -> Result<(), Trouble> {
        let (status, time) = (self.status.unwrap_or(Status::InProgress), self.span.duration().unwrap_or_default());
        let outcome = Outcome::of(status);
        let attachments = &*self.attachments.list;
        let is_empty = outcome.is_none() && properties.is_empty() && attachments.is_empty();
        writer.xml.markup.case(id, suite, time, is_empty);
        if attachments.is_empty() && !properties.is_empty() && outcome.is_none() {
            // So it is with most tests.
            writer.xml.markup.open("system-out", &[]);
            writer.xml.markup.clean_text(properties);
            writer.xml.markup.close("system-out");
        } else if !is_empty {
            Placed::new(status, &self.tags, attachments).write(outcome, properties, writer)?;
        }
        if !is_empty {
            writer.xml.markup.close("testcase");
        }
        writer.xml.markup.line();
        writer.xml.end_case()
    }
}

/// Attachments and where they belong.
struct Placed<'a> {
    attachments: &'a [Attachment],
    /// The attachment that tells why the test was skipped.
    reason: Option<usize>,
    fails: bool,
    /// The element for attempts before the last, if they have one.
    attempts: Option<&'static str>,
}

impl<'a> Placed<'a> {
    fn new(status: Status, tags: &TagList, attachments: &'a [Attachment]) -> Self {
        let fails = status.is_failure();
        let passes = matches!(status, Status::Success | Status::ExpectedFailure);
        let attempts = match attachments {
            [] => None,
            _ if fails => Some("rerunFailure"),
            _ => (passes && tags.iter().any(|tag| tag == "flaky")).then_some("flakyFailure"),
        };
        let reason = if status == Status::Skip { reason(attachments) } else { None };
        Self { attachments, reason, fails, attempts }
    }

    fn place(&self, index: usize, attachment: &Attachment) -> Place {
        let attempt = if self.attempts.is_some() { attachment.attempt() } else { None };
        match &*attachment.name {
            _ if attempt.is_some() => attempt.map_or(Place::Rest, Place::Attempt),
            STDOUT => Place::Output,
            STDERR => Place::Errors,
            _ if self.fails || self.reason == Some(index) => Place::Outcome,
            _ => Place::Rest,
        }
    }

    /// The attachments that belong in a place.
    fn at(&self, place: Place) -> impl Iterator<Item = &'a Attachment> + Clone {
        let attachments = self.attachments.iter().enumerate();
        attachments.filter(move |(index, one)| self.place(*index, one) == place).map(|(_, one)| one)
    }

    fn has(&self, place: Place) -> bool {
        self.at(place).next().is_some()
    }

    /// Writes what is in a test case.
    fn write(&self, outcome: Option<Outcome>, properties: &str, writer: &mut CaseWriter) -> Result<(), Trouble> {
        if let Some(outcome) = outcome {
            write_outcome(&outcome, &self.at(Place::Outcome), writer)?;
        }
        self.write_attempts(writer)?;
        if !properties.is_empty() || self.has(Place::Output) || self.has(Place::Rest) {
            writer.xml.markup.open("system-out", &[]);
            writer.content(|to| {
                printed(self.at(Place::Output), to)?;
                others(self.at(Place::Rest), |one| Cow::from(&one.name), to)?;
                to.literal(properties)
            })?;
            writer.xml.markup.close("system-out");
        }
        if self.has(Place::Errors) {
            writer.xml.markup.open("system-err", &[]);
            writer.content(|to| printed(self.at(Place::Errors), to))?;
            writer.xml.markup.close("system-err");
        }
        Ok(())
    }

    /// Writes an element for each attempt before the last.
    fn write_attempts(&self, writer: &mut CaseWriter) -> Result<(), Trouble> {
        let Some(element) = self.attempts else { return Ok(()) };
        let mut attempts: Vec<_> = self.attachments.iter().filter(|one| one.attempt().is_some()).collect();
        attempts.sort_by_key(|one| one.attempt());
        attempts
            .chunk_by(|one, other| one.attempt() == other.attempt())
            .try_for_each(|attempt| write_outcome(&Outcome::failed_attempt(element), &attempt.iter().copied(), writer))
    }
}

/// Writes the element of an outcome, with the attachments that belong in it.
fn write_outcome<'a>(
    outcome: &Outcome,
    attachments: &(impl Iterator<Item = &'a Attachment> + Clone),
    writer: &mut CaseWriter,
) -> Result<(), Trouble> {
    let (kind, message) = outcome.words(attachments.clone(), &writer.spool)?;
    if outcome.is_skip() {
        let attributes = [("message", &*message)];
        writer.xml.markup.open(outcome.element, if message.is_empty() { &[] } else { &attributes });
        writer.content(|to| attachments.clone().try_for_each(|reason| to.stored(&reason.text)))?;
    } else {
        writer.xml.markup.open(outcome.element, &[("type", &type_attribute(&kind)), ("message", &message)]);
        writer.content(|to| others(attachments.clone(), |one| Cow::from(one.shown_name()), to))?;
    }
    writer.xml.markup.close(outcome.element);
    Ok(())
}
