//! Directives as text.

use std::io::{self, Write};

use chrono::{DateTime, Timelike, Utc};

use crate::error::{EncodeError, EncodeErrorKind as Kind};
use crate::packet::timestamp::Timestamp;
use crate::v1::input::LONGEST_LINE;
use crate::v1::line::{Outcome, is_mime_type};

/// Writes version 1.
///
/// Details are always written as multipart, which holds any bytes. What a line cannot hold is
/// refused and never written in part: a label, tag or name that would end its line or be read as
/// something else.
///
/// ```
/// use subunit_codec::v1::{Detail, Outcome, Writer};
///
/// let mut writer = Writer::new(Vec::new());
/// writer.test("a")?;
/// let log = Detail { name: "log", mime_type: "text/plain", bytes: b"no route" };
/// writer.outcome(Outcome::Failure, "a", &[log])?;
/// let text = "test: a\nfailure: a [ multipart\n\
///     Content-Type: text/plain\nlog\n8\r\nno route0\r\n]\n";
/// assert_eq!(writer.into_inner(), text.as_bytes());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
}

/// An attachment in multipart details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detail<'a> {
    /// Its name, on a line of its own.
    pub name: &'a str,
    /// Its MIME type: `type/subtype`, parameters after a `;`.
    pub mime_type: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
}

impl<W: Write> Writer<W> {
    /// A writer to `output`, which should gather small writes.
    pub fn new(output: W) -> Self {
        Self { output }
    }

    /// The output.
    pub fn into_inner(self) -> W {
        self.output
    }

    /// A test begins.
    ///
    /// # Errors
    ///
    /// When writing fails, or with an [`EncodeError`] inside when the label cannot be written.
    pub fn test(&mut self, label: &str) -> io::Result<()> {
        check_label(label)?;
        writeln!(self.output, "test: {label}")
    }

    /// The test ends.
    ///
    /// # Errors
    ///
    /// When writing fails, or with an [`EncodeError`] inside when the label or a detail cannot be
    /// written.
    pub fn outcome(&mut self, outcome: Outcome, label: &str, details: &[Detail<'_>]) -> io::Result<()> {
        check_label(label)?;
        details.iter().try_for_each(check_detail)?;
        write!(self.output, "{}: {label}", outcome.name())?;
        if details.is_empty() {
            return writeln!(self.output);
        }
        writeln!(self.output, " [ multipart")?;
        for detail in details {
            writeln!(self.output, "Content-Type: {}\n{}", detail.mime_type, detail.name)?;
            if !detail.bytes.is_empty() {
                write!(self.output, "{:X}\r\n", detail.bytes.len())?;
                self.output.write_all(detail.bytes)?;
            }
            self.output.write_all(b"0\r\n")?;
        }
        writeln!(self.output, "]")
    }

    /// Tags come and go: inside a test for that test, outside for all that follow. Writes nothing
    /// for nothing.
    ///
    /// # Errors
    ///
    /// When writing fails, or with an [`EncodeError`] inside when a tag cannot be written.
    pub fn tags(&mut self, added: &[&str], removed: &[&str]) -> io::Result<()> {
        let is_bad = |tag: &&str| tag.is_empty() || tag.starts_with('-') || tag.contains(char::is_whitespace);
        if added.iter().chain(removed).any(is_bad) {
            return Err(EncodeError::new(Kind::Version1, "tag").into());
        }
        if added.is_empty() && removed.is_empty() {
            return Ok(());
        }
        write!(self.output, "tags:")?;
        added.iter().try_for_each(|tag| write!(self.output, " {tag}"))?;
        removed.iter().try_for_each(|tag| write!(self.output, " -{tag}"))?;
        writeln!(self.output)
    }

    /// The clock is set, to the microsecond as everywhere in version 1.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn time(&mut self, time: Timestamp) -> io::Result<()> {
        let time = DateTime::<Utc>::from(time);
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        let (date, micros) = (time.date_naive(), time.timestamp_subsec_micros());
        writeln!(self.output, "time: {date} {hour:02}:{minute:02}:{second:02}.{micros:06}Z")
    }
}

/// Whether a line can end in the text, and a reader takes it for what it is.
fn is_line(text: &str) -> bool {
    /// A word, a colon and ` [ multipart` are on the line as well.
    const LONGEST: usize = LONGEST_LINE - 64;
    text.len() <= LONGEST && !text.contains(['\n', '\0']) && !text.ends_with('\r')
}

/// A label ends its line, is not blank, and must not be read as one with details.
fn check_label(label: &str) -> Result<(), EncodeError> {
    let is_plain = is_line(label) && !label.trim_ascii().is_empty();
    let announces_details = label.ends_with(" [") || label.ends_with(" [ multipart");
    if is_plain && !announces_details { Ok(()) } else { Err(EncodeError::new(Kind::Version1, "test id")) }
}

fn check_detail(detail: &Detail<'_>) -> Result<(), EncodeError> {
    let is_type = is_mime_type(detail.mime_type.as_bytes());
    let is_trimmed = detail.mime_type.trim_ascii() == detail.mime_type;
    if is_line(detail.name) && is_line(detail.mime_type) && is_type && is_trimmed {
        Ok(())
    } else {
        Err(EncodeError::new(Kind::Version1, "attachment"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v1::time;

    #[test]
    fn a_time_that_was_written_reads_back() {
        for day in (0..u64::from(u32::MAX) / 86_400).step_by(13) {
            let written = Timestamp::new(u32::try_from(day * 86_400 + day % 86_400).unwrap(), 123_456_000).unwrap();
            let mut writer = Writer::new(Vec::new());
            writer.time(written).unwrap();
            let line = writer.into_inner();
            assert_eq!(time::parse(&line[b"time: ".len()..]), Some(written), "{}", line.escape_ascii());
        }
    }

    #[test]
    fn what_a_line_cannot_hold_is_refused() {
        let refused = |result: io::Result<()>| result.unwrap_err().to_string();
        let mut writer = Writer::new(Vec::new());
        let long = "x".repeat(1 << 18);
        for label in ["", " ", "a\nsuccess: evil", "a\r", "a [", "a [ multipart", &long] {
            assert_eq!(refused(writer.test(label)), "version 1 cannot hold the test id", "{label:?}");
        }
        for tag in ["", "-a", "a b", "a\nb"] {
            assert_eq!(refused(writer.tags(&[tag], &[])), "version 1 cannot hold the tag", "{tag:?}");
        }
        for (name, mime_type) in [("a\nb", "text/plain"), ("a", "text"), ("a", "text/x/y"), ("a", "text/plain\n")] {
            let details = [Detail { name, mime_type, bytes: b"" }];
            let result = writer.outcome(Outcome::Skip, "a", &details);
            assert_eq!(refused(result), "version 1 cannot hold the attachment", "{name:?} {mime_type:?}");
        }
        assert!(writer.into_inner().is_empty(), "nothing was written in part");
    }
}
