//! Standard output for people.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use rustix::fs::{Stat, fstat, stat};

use crate::escape::HarmlessText;
use crate::output::Output;
use crate::trouble::Trouble;

/// Standard output for people: non-test output as it comes, and lines that the tool prints.
///
/// If standard output is a terminal, control characters in non-test output are escaped, newline and
/// tab excepted: a stream must not clear the screen, or write over a line that says that a test
/// failed. A line of the tool never continues an unfinished line of non-test output: a newline is
/// written first.
#[derive(Debug)]
pub struct TextOutput {
    output: Output,
    /// For a terminal.
    harmless: Option<HarmlessText>,
    /// After the output, so that it is dropped after it.
    line: Line,
}

impl TextOutput {
    /// Opens standard output.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn new() -> Result<Self, Trouble> {
        Output::new().map(Self::to)
    }

    /// Prints to an output that is standard output.
    #[must_use]
    pub fn to(output: Output) -> Self {
        let harmless = io::stdout().is_terminal().then(HarmlessText::default);
        Self { output, harmless, line: Line { is_open: false } }
    }

    /// Opens standard error, for a tool whose report goes there. Its text ends with its lines.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn on_standard_error() -> Result<Self, Trouble> {
        let harmless = io::stderr().is_terminal().then(HarmlessText::default);
        Ok(Self { output: Output::standard_error()?, harmless, line: Line { is_open: false } })
    }

    /// Prints non-test output.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn text(&mut self, text: &[u8]) -> Result<(), Trouble> {
        let Some(last) = text.last() else { return Ok(()) };
        self.line.is_open = *last != b'\n';
        match &mut self.harmless {
            Some(harmless) => self.output.bytes(harmless.push(text).as_bytes()),
            None => self.output.bytes(text),
        }
    }

    /// Prints lines of the tool, each with its newline. Names from a stream are
    /// [escaped](crate::escape) in them already.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn lines(&mut self, lines: &str) -> Result<(), Trouble> {
        self.end_line()?;
        self.output.bytes(lines.as_bytes())
    }

    /// Ends the line of non-test output that is not finished, if there is one.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn end_line(&mut self) -> Result<(), Trouble> {
        if std::mem::take(&mut self.line.is_open) { self.output.bytes(b"\n") } else { Ok(()) }
    }

    /// Hands on all that was written before a file is written that may be standard output by
    /// another name. If it is, the line that is not finished ends first.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn make_way_for(&mut self, path: &Path) -> Result<(), Trouble> {
        if is_standard_output(stat(path)) {
            self.end_line()?;
        }
        self.output.flush()
    }

    /// Standard output for what is not for people: packets, and records that a program reads.
    pub fn raw(&mut self) -> &mut Output {
        &mut self.output
    }

    /// Hands on all that was written, for the last time.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn finish(mut self) -> Result<(), Trouble> {
        if let Some(harmless) = &mut self.harmless {
            self.output.bytes(harmless.end().as_bytes())?;
        }
        self.line.is_open = false;
        self.output.finish()
    }
}

/// Output of what was read, which is not held back while the tool waits for more.
pub trait LiveOutput {
    /// Hands on all that was written.
    ///
    /// # Errors
    ///
    /// If writing fails.
    fn flush(&mut self) -> Result<(), Trouble>;

    /// Hands on all that was written, before a message on standard error. If both go to the same
    /// place, the message gets a line of its own.
    ///
    /// # Errors
    ///
    /// If writing fails.
    fn make_way_for_message(&mut self) -> Result<(), Trouble>;
}

impl LiveOutput for Output {
    fn flush(&mut self) -> Result<(), Trouble> {
        Self::flush(self)
    }

    fn make_way_for_message(&mut self) -> Result<(), Trouble> {
        Self::flush(self)
    }
}

impl LiveOutput for TextOutput {
    fn flush(&mut self) -> Result<(), Trouble> {
        // After a failure nothing more is written there.
        self.output.flush().inspect_err(|_| self.line.is_open = false)
    }

    fn make_way_for_message(&mut self) -> Result<(), Trouble> {
        if self.line.is_open && is_standard_output(fstat(io::stderr())) {
            self.end_line()?;
        }
        self.output.flush()
    }
}

/// The line of non-test output that is being printed.
///
/// If the tool ends in trouble, a message follows on standard error: it gets a line of its own
/// there, too.
#[derive(Debug)]
struct Line {
    /// Whether the last byte was no newline.
    is_open: bool,
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.is_open && is_standard_output(fstat(io::stderr())) {
            // There is nobody to tell of more trouble.
            let _ = io::stdout().write_all(b"\n");
        }
    }
}

/// Whether a file is standard output by another name.
fn is_standard_output(file: rustix::io::Result<Stat>) -> bool {
    let (Ok(file), Ok(stdout)) = (file, fstat(io::stdout())) else { return false };
    (file.st_dev, file.st_ino) == (stdout.st_dev, stdout.st_ino)
}
