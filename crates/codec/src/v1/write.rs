//! Directives as text.

use std::io::{self, Write};

use chrono::{DateTime, Timelike, Utc};

use crate::error::{EncodeError, EncodeErrorKind as Kind};
use crate::packet::timestamp::Timestamp;
use crate::v1::input::LONGEST_LINE;
use crate::v1::line::{Directive, Outcome, is_mime_type};
use crate::v1::quote::Quote;

/// Writes version 1.
///
/// Details are always written as multipart, which holds any bytes. What a line cannot hold is
/// refused and never written in part: a label, tag or name that would end its line or be read as
/// something else. Text is quoted, so that readers do not take lines of it for directives. A
/// directive never continues an unfinished line of text.
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
    quote: Quote,
    /// Text that was quoted, on its way to the output.
    quoted: Vec<u8>,
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
        Self { output, quote: Quote::default(), quoted: Vec::new() }
    }

    /// The output.
    pub fn into_inner(self) -> W {
        self.output
    }

    /// The output, to hand on what was written. Nothing else should be written there.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.output
    }

    /// Text, which may be cut anywhere: output of programs that belongs to no test.
    ///
    /// A line that begins as a directive does gets a space in front. A start or a time behind other
    /// text gets one before its colon, and an outcome that announces details one at the end of its
    /// line: readers may believe these, too.
    ///
    /// # Errors
    ///
    /// If writing fails.
    ///
    /// ```
    /// use subunit_codec::v1::Writer;
    ///
    /// let mut writer = Writer::new(Vec::new());
    /// writer.text(b"building\nsuccess: evil\nlast wo")?;
    /// writer.text(b"rd")?;
    /// writer.test("a")?;
    /// assert_eq!(writer.into_inner(), b"building\n success: evil\nlast word\ntest: a\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn text(&mut self, text: &[u8]) -> io::Result<()> {
        self.quote.push(text, &mut self.quoted);
        self.write_quoted()
    }

    /// The text ends, and may do so within a line. A few bytes may have been held back until here.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn end_text(&mut self) -> io::Result<()> {
        self.quote.end(&mut self.quoted);
        self.write_quoted()
    }

    /// Ends the line of text that is not finished, if there is one.
    fn end_line(&mut self) -> io::Result<()> {
        self.quote.end_line(&mut self.quoted);
        self.write_quoted()
    }

    fn write_quoted(&mut self) -> io::Result<()> {
        let result = self.output.write_all(&self.quoted);
        self.quoted.clear();
        result
    }

    /// A test begins.
    ///
    /// # Errors
    ///
    /// When writing fails, or with an [`EncodeError`] inside when the label cannot be written.
    pub fn test(&mut self, label: &str) -> io::Result<()> {
        check_label(label)?;
        self.end_line()?;
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
        details.iter().try_for_each(|detail| check_detail(detail.name, detail.mime_type))?;
        if details.is_empty() {
            self.end_line()?;
            return writeln!(self.output, "{}: {label}", outcome.name());
        }
        self.begin_details(outcome, label)?;
        for detail in details {
            self.begin_detail(detail.name, detail.mime_type)?;
            self.chunk(detail.bytes)?;
            self.end_detail()?;
        }
        self.end_details()
    }

    /// The test ends, with details that follow piece by piece: for each,
    /// [`begin_detail`](Self::begin_detail), any number of [chunks](Self::chunk) and
    /// [`end_detail`](Self::end_detail), and [`end_details`](Self::end_details) in the end.
    ///
    /// # Errors
    ///
    /// When writing fails, or with an [`EncodeError`] inside when the label cannot be written.
    ///
    /// ```
    /// use subunit_codec::v1::{Outcome, Writer};
    ///
    /// let mut writer = Writer::new(Vec::new());
    /// writer.begin_details(Outcome::Skip, "a")?;
    /// writer.begin_detail("reason", "text/plain")?;
    /// writer.chunk(b"no ")?;
    /// writer.chunk(b"route")?;
    /// writer.end_detail()?;
    /// writer.end_details()?;
    /// let text = String::from_utf8_lossy(&writer.into_inner()).into_owned();
    /// assert!(text.starts_with("skip: a [ multipart\nContent-Type: text/plain\nreason\n"));
    /// assert!(text.ends_with("3\r\nno 5\r\nroute0\r\n]\n"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn begin_details(&mut self, outcome: Outcome, label: &str) -> io::Result<()> {
        check_label(label)?;
        self.end_line()?;
        writeln!(self.output, "{}: {label} [ multipart", outcome.name())
    }

    /// A detail begins.
    ///
    /// # Errors
    ///
    /// When writing fails, or with an [`EncodeError`] inside when name or type cannot be written.
    pub fn begin_detail(&mut self, name: &str, mime_type: &str) -> io::Result<()> {
        check_detail(name, mime_type)?;
        writeln!(self.output, "Content-Type: {mime_type}\n{name}")
    }

    /// The detail goes on.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        // A length of 0 would end the detail.
        if bytes.is_empty() {
            return Ok(());
        }
        write!(self.output, "{:X}\r\n", bytes.len())?;
        self.output.write_all(bytes)
    }

    /// The detail ends.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn end_detail(&mut self) -> io::Result<()> {
        self.output.write_all(b"0\r\n")
    }

    /// All details have ended.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn end_details(&mut self) -> io::Result<()> {
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
        self.end_line()?;
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
        self.end_line()?;
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

fn check_detail(name: &str, mime_type: &str) -> Result<(), EncodeError> {
    // Details end at a line that is a directive.
    let is_name = is_line(name) && Directive::parse(name.as_bytes()).is_none();
    let is_type = is_mime_type(mime_type.as_bytes()) && mime_type.trim_ascii() == mime_type;
    if is_name && is_line(mime_type) && is_type { Ok(()) } else { Err(EncodeError::new(Kind::Version1, "attachment")) }
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
        for (name, mime_type) in
            [("a\nb", "text/plain"), ("test: b", "a/b"), ("a", "text"), ("a", "text/x/y"), ("a", "text/plain\n")]
        {
            let details = [Detail { name, mime_type, bytes: b"" }];
            let result = writer.outcome(Outcome::Skip, "a", &details);
            assert_eq!(refused(result), "version 1 cannot hold the attachment", "{name:?} {mime_type:?}");
        }
        assert!(writer.into_inner().is_empty(), "nothing was written in part");
    }
}
