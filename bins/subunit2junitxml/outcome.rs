//! How a test case says that a test did not simply pass.

use std::borrow::Cow;

use subunit_cli::Trouble;
use subunit_codec::Status;
use subunit_codec::names::{REASON, STDERR, STDOUT, TAP_COMMENT};
use subunit_formats::junit::{Summary, reason_in_tap, telling_rank};

use crate::attachment::Attachment;
use crate::text_store::Spool;

/// An element of a test case.
pub(crate) struct Outcome {
    pub(crate) element: &'static str,
    /// The type, and the message, if no attachment tells of others.
    kind: &'static str,
    message: &'static str,
    /// Whether the message is this one whatever the attachments say.
    is_certain: bool,
}

/// How many bytes at the end of a text are searched for type and message.
const SEARCHED: usize = 64 << 10;
/// How many characters a message may have.
const LONGEST_MESSAGE: usize = 1000;

impl Outcome {
    /// The one of a test with this status, unless it passed or was not run.
    pub(crate) fn of(status: Status) -> Option<Self> {
        let (element, kind, message, is_certain) = match status {
            Status::Fail => return Some(Self::failed_attempt("failure")),
            Status::UnexpectedSuccess => {
                ("failure", "UnexpectedSuccess", "the test passed, and was expected to fail", true)
            }
            Status::InProgress => ("error", "Unfinished", "the test did not finish", true),
            Status::Skip => ("skipped", "", "", false),
            Status::Exists | Status::Success | Status::ExpectedFailure => return None,
        };
        Some(Self { element, kind, message, is_certain })
    }

    /// The one of an attempt that failed.
    pub(crate) fn failed_attempt(element: &'static str) -> Self {
        Self { element, kind: "failure", message: "the test failed", is_certain: false }
    }

    /// Whether the test was skipped: the reason is all that there is to say.
    pub(crate) fn is_skip(&self) -> bool {
        self.element == "skipped"
    }

    /// Type and message, from the attachment that tells most.
    pub(crate) fn words<'a>(
        &self,
        attachments: impl Iterator<Item = &'a Attachment>,
        spool: &Spool,
    ) -> Result<(String, String), Trouble> {
        let own = || (self.kind.to_owned(), self.message.to_owned());
        let Some(attachment) = most_telling(attachments).filter(|_| !self.is_certain) else { return Ok(own()) };
        let text = spool.last(&attachment.text, SEARCHED)?;
        let is_cut = attachment.text.len() > text.len() as u64;
        // The first line may begin in the middle.
        let text = text.split_once('\n').filter(|_| is_cut).map_or(&*text, |(_, rest)| rest);
        if self.is_skip() {
            let reason = if attachment.name == TAP_COMMENT { reason_in_tap(text) } else { text.trim() };
            return Ok((String::new(), shortened(reason)));
        }
        let summary = Summary::of(text, is_cut);
        let message = if summary.message.is_empty() { self.message } else { &summary.message };
        Ok((summary.kind.map_or_else(|| self.kind.to_owned(), Cow::into_owned), shortened(message)))
    }
}

/// The attachment that tells most of what went wrong.
fn most_telling<'a>(attachments: impl Iterator<Item = &'a Attachment>) -> Option<&'a Attachment> {
    let texts = attachments.filter(|attachment| !attachment.text.is_empty());
    texts.min_by_key(|attachment| telling_rank(attachment.shown_name(), attachment.mime_type.as_deref()))
}

/// Which attachment tells why a test was skipped: a reason, or else what a harness that writes TAP
/// said, or else the only text.
pub(crate) fn reason(attachments: &[Attachment]) -> Option<usize> {
    let is_text =
        |attachment: &Attachment| !attachment.text.is_empty() && !matches!(&*attachment.name, STDOUT | STDERR);
    let named = |name| attachments.iter().position(|attachment| attachment.name == name && is_text(attachment));
    let only = || {
        let mut texts = attachments.iter().enumerate().filter(|(_, attachment)| is_text(attachment));
        texts.next().filter(|_| texts.next().is_none()).map(|(index, _)| index)
    };
    named(REASON).or_else(|| named(TAP_COMMENT)).or_else(only)
}

fn shortened(message: &str) -> String {
    match message.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}...", &message[..end]),
        None => message.to_owned(),
    }
}
