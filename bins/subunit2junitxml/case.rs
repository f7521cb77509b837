//! A test as a test case.

use subunit_cli::Trouble;
use subunit_codec::{Packet, Status, Timestamp};
use subunit_formats::junit::{Counts, Markup, Summary, unescaped};

use crate::attachment::{Attachment, Attachments, Piece};
use crate::spool::{Spool, Text};
use crate::suites::between;

/// What is known so far of a test.
#[derive(Debug, Default)]
pub(crate) struct Case {
    pub(crate) status: Option<Status>,
    pub(crate) tags: Vec<String>,
    pub(crate) start: Option<Timestamp>,
    pub(crate) stop: Option<Timestamp>,
    pub(crate) attachments: Attachments,
}

/// How many bytes at the end of a text are looked at for what the matter was.
const TELLING: usize = 64 << 10;
/// How long a message may be.
const LONGEST_MESSAGE: usize = 4 << 10;

impl Case {
    /// Takes in a packet of the test.
    pub(crate) fn take_in(&mut self, packet: &Packet<'_>, spool: &mut Spool) -> Result<(), Trouble> {
        self.start = self.start.or(packet.timestamp());
        if let Some(tags) = packet.tags()
            && !tags.clone().eq(self.tags.iter().map(String::as_str))
        {
            self.tags = tags.map(str::to_owned).collect();
        }
        if let Some(status) = packet.status() {
            self.status = Some(status);
            if status != Status::InProgress {
                self.stop = packet.timestamp();
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

    /// Adds the test to `cases`.
    pub(crate) fn write(
        self,
        id: &str,
        route_code: Option<&str>,
        cases: &mut Text,
        pen: &mut Pen<'_>,
    ) -> Result<(), Trouble> {
        let status = self.status.unwrap_or(Status::InProgress);
        let (mut reason, mut causes, mut others) = (None, Vec::new(), Vec::new());
        let (mut output, mut errors) = (Vec::new(), Vec::new());
        for attachment in self.attachments.finish(pen.spool)? {
            match &*attachment.name {
                "stdout" => output.push(attachment),
                "stderr" => errors.push(attachment),
                "reason" if status == Status::Skip && reason.is_none() && !attachment.text.is_empty() => {
                    reason = Some(attachment);
                }
                _ if status.is_failure() => causes.push(attachment),
                _ => others.push(attachment),
            }
        }
        let (outcome, properties) = (Outcome::of(status), properties(route_code, &self.tags));
        let has_output = !(output.is_empty() && others.is_empty() && properties.is_empty());
        let is_empty = outcome.is_none() && !has_output && errors.is_empty();
        pen.markup.case(id, between(self.start, self.stop), is_empty);
        if is_empty {
            pen.markup.line();
            return pen.flush(cases);
        }
        if let Some(outcome) = outcome {
            let telling = reason.as_ref().or_else(|| telling(&causes));
            let (kind, message) = outcome.words(telling, pen.spool)?;
            let attributes = [("type", &*kind), ("message", &*message)];
            let known: Vec<_> = attributes.into_iter().filter(|(_, value)| !value.is_empty()).collect();
            pen.markup.open(outcome.element, &known);
            if let Some(reason) = reason {
                pen.join(cases, reason.text)?;
            }
            pen.others(cases, causes)?;
            pen.markup.close(outcome.element);
        }
        if has_output {
            pen.markup.open("system-out", &[]);
            pen.printed(cases, output)?;
            pen.others(cases, others)?;
            pen.markup.text(&properties);
            pen.markup.close("system-out");
        }
        if !errors.is_empty() {
            pen.markup.open("system-err", &[]);
            pen.printed(cases, errors)?;
            pen.markup.close("system-err");
        }
        pen.markup.close("testcase");
        pen.markup.line();
        pen.flush(cases)
    }
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

    /// Type and message, out of the attachment that tells of the failure.
    fn words(&self, telling: Option<&Attachment>, spool: &Spool) -> Result<(String, String), Trouble> {
        let own = || (self.kind.to_owned(), self.message.to_owned());
        let Some(attachment) = telling.filter(|_| !self.is_certain) else { return Ok(own()) };
        let bytes = spool.last(&attachment.text, TELLING)?;
        let is_cut = attachment.text.len() > bytes.len() as u64;
        let text = String::from_utf8_lossy(&bytes);
        // The first line may begin in the middle of a character or of an escape.
        let text = text.split_once('\n').filter(|_| is_cut).map_or(&*text, |(_, rest)| rest);
        let text = unescaped(text);
        if self.element == "skipped" {
            return Ok((String::new(), shortened(text.trim())));
        }
        let summary = Summary::of(&text, is_cut);
        let message = if summary.message.is_empty() { self.message } else { summary.message };
        Ok((summary.kind.unwrap_or(self.kind).to_owned(), shortened(message)))
    }
}

/// The attachment that tells what went wrong: a traceback, or else a reason, or else the first text.
fn telling(attachments: &[Attachment]) -> Option<&Attachment> {
    let texts = || attachments.iter().filter(|attachment| !attachment.text.is_empty());
    let named = |name: &str| texts().find(|attachment| attachment.name == name);
    texts().find(|attachment| attachment.is_traceback()).or_else(|| named("reason")).or_else(|| texts().next())
}

fn shortened(message: &str) -> String {
    let end = message.floor_char_boundary(LONGEST_MESSAGE);
    if end < message.len() { format!("{}...", &message[..end]) } else { message.to_owned() }
}

/// Lines of what a test case has no other place for. Readers that know such lines take them for properties; in Jenkins' schema, a test
/// case has none.
fn properties(route_code: Option<&str>, tags: &[String]) -> String {
    let mut lines = String::new();
    let tags = tags.iter().map(|tag| ("tag", tag.as_str()));
    for (name, value) in route_code.map(|code| ("route", code)).into_iter().chain(tags) {
        lines.extend(["[[PROPERTY|", name, "=", value, "]]\n"]);
    }
    lines
}

/// What test cases are written with.
pub(crate) struct Pen<'a> {
    pub(crate) spool: &'a mut Spool,
    pub(crate) markup: &'a mut Markup,
}

impl Pen<'_> {
    /// Adds what was written to a text.
    pub(crate) fn flush(&mut self, to: &mut Text) -> Result<(), Trouble> {
        self.spool.add(to, self.markup.as_bytes())?;
        self.markup.clear();
        Ok(())
    }

    /// Adds the attachments of a test that has no test case.
    pub(crate) fn stray(&mut self, to: &mut Text, id: &str, attachments: Attachments) -> Result<(), Trouble> {
        let mut attachments = attachments.finish(self.spool)?;
        for attachment in &mut attachments {
            attachment.name = format!("{} of {id}", attachment.name);
        }
        self.others(to, attachments)?;
        self.flush(to)
    }

    /// Adds a text, after what was written.
    pub(crate) fn join(&mut self, to: &mut Text, text: Text) -> Result<(), Trouble> {
        self.flush(to)?;
        self.spool.join(to, text)
    }

    /// Adds what was printed, so that whatever follows is on a new line.
    pub(crate) fn printed(&mut self, to: &mut Text, attachments: Vec<Attachment>) -> Result<(), Trouble> {
        for attachment in attachments {
            let is_open = !attachment.text.is_empty() && !attachment.ends_line;
            self.join(to, attachment.text)?;
            if is_open {
                self.markup.line();
            }
        }
        Ok(())
    }

    /// Adds attachments as testtools shows them: first those without text, by name, type and size, then texts under their names,
    /// and tracebacks as they are.
    pub(crate) fn others(&mut self, to: &mut Text, attachments: Vec<Attachment>) -> Result<(), Trouble> {
        let (texts, binaries): (Vec<_>, Vec<_>) = attachments.into_iter().partition(|one| !one.text.is_empty());
        let (tracebacks, texts): (Vec<_>, Vec<_>) = texts.into_iter().partition(Attachment::is_traceback);
        for Attachment { name, mime_type, size, .. } in binaries {
            let mime_type = mime_type.as_deref().unwrap_or("application/octet-stream");
            self.markup.text(&format!("{name} ({mime_type}, {size} {})\n", if size == 1 { "byte" } else { "bytes" }));
        }
        for attachment in texts {
            self.markup.text(&attachment.name);
            self.markup.text(if attachment.has_lines { ": {{{\n" } else { ": {{{" });
            let is_open = attachment.has_lines && !attachment.ends_line;
            self.join(to, attachment.text)?;
            self.markup.text(if is_open { "\n}}}\n" } else { "}}}\n" });
        }
        self.printed(to, tracebacks)
    }
}
