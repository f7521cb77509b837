//! Standard output for people.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use rustix::fs::{Stat, fstat, stat};

use crate::escape::HarmlessText;
use crate::output::Output;
use crate::signals;
use crate::status_line::{Screen, StatusLine};
use crate::trouble::Trouble;

/// Standard output for people: non-test output as it comes, and lines that the tool prints.
///
/// If standard output is a terminal, control characters in non-test output are escaped, newline and
/// tab excepted: a stream must not clear the screen, or write over a line that says that a test
/// failed. A line of the tool never continues an unfinished line of non-test output: a newline is
/// written first. A [status line](Self::with_status_line) is taken away before anything else is
/// printed.
#[derive(Debug)]
pub struct TextOutput {
    output: Output,
    /// For a terminal.
    harmless: Option<HarmlessText>,
    /// After the output, so that they are dropped after it.
    screen: Option<Screen>,
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
        Self { output, harmless, screen: None, line: Line { is_open: false } }
    }

    /// The same output, which may have a status line if it is a terminal.
    #[must_use]
    pub fn with_status_line(self) -> Self {
        match Screen::new() {
            // A frame is written as a whole: else the status line would be gone most of the time.
            Some(screen) => Self { output: self.output.gathering(Screen::MOST_OF_FRAME), screen: Some(screen), ..self },
            None => self,
        }
    }

    /// Hands on all that was written, and shows below it the status line that `status` makes.
    ///
    /// Output that [may have a status line](Self::with_status_line) is handed on at most ten times
    /// a second, so that the line does not flicker; nothing happens until it is time again. There
    /// is no status line while a line of non-test output is not finished, and none after a signal.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn flush_with_status(&mut self, status: impl FnOnce(&mut StatusLine)) -> Result<(), Trouble> {
        let Some(screen) = &mut self.screen else { return LiveOutput::flush(self) };
        let is_stopping = signals::received().is_some();
        if !is_stopping && !screen.until_next_frame().is_zero() {
            return Ok(());
        }
        screen.begin_frame();
        if is_stopping {
            self.erase_status()?;
        } else if !self.line.is_open {
            let mut line = StatusLine::new(Screen::columns());
            status(&mut line);
            self.output.bytes(screen.draw(&line).as_bytes())?;
        }
        LiveOutput::flush(self)
    }

    /// Takes the status line away.
    fn erase_status(&mut self) -> Result<(), Trouble> {
        let Some(screen) = &mut self.screen else { return Ok(()) };
        match screen.erase() {
            "" => Ok(()),
            erase => self.output.bytes(erase.as_bytes()),
        }
    }

    /// Opens standard error, for a tool whose report goes there. Its text ends with its lines.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn on_standard_error() -> Result<Self, Trouble> {
        let harmless = io::stderr().is_terminal().then(HarmlessText::default);
        Ok(Self { output: Output::standard_error()?, harmless, line: Line { is_open: false }, screen: None })
    }

    /// Prints non-test output.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn text(&mut self, text: &[u8]) -> Result<(), Trouble> {
        let Some(last) = text.last() else { return Ok(()) };
        self.erase_status()?;
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
        self.erase_status()?;
        self.end_line()?;
        self.output.bytes(lines.as_bytes())
    }

    /// Prints a part of a line of the tool. Another line, or [`end_line`](Self::end_line), ends it
    /// first.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn part_of_line(&mut self, part: &str) -> Result<(), Trouble> {
        self.erase_status()?;
        self.line.is_open = true;
        self.output.bytes(part.as_bytes())
    }

    /// Ends the line that is not finished, if there is one.
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
        self.erase_status()?;
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
        self.erase_status()?;
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

    /// How long a read may wait until [`flush`](Self::flush) is called again: for output that
    /// changes while nothing comes. `None` is as long as it takes.
    fn patience(&self) -> Option<Duration> {
        None
    }
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
        self.output.flush().inspect_err(|_| {
            // After a failure nothing more is written there.
            self.line.is_open = false;
            self.screen.iter_mut().for_each(Screen::forget);
        })
    }

    fn patience(&self) -> Option<Duration> {
        self.screen.as_ref().map(Screen::until_next_frame)
    }

    fn make_way_for_message(&mut self) -> Result<(), Trouble> {
        self.erase_status()?;
        if self.line.is_open && is_standard_output(fstat(io::stderr())) {
            self.end_line()?;
        }
        self.output.flush()
    }
}

/// The line that is being printed, of non-test output mostly.
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
