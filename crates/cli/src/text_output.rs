//! Standard output for people.

use std::fs::{self, File};
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::escape::HarmlessText;
use crate::output::Output;
use crate::trouble::Trouble;

/// Standard output for people: non-test output as it comes, and lines that the tool prints.
///
/// If standard output is a terminal, control characters in non-test output are escaped, newline and tab excepted: a stream must not
/// clear the screen, or write over a line that says that a test failed. A line of the tool never continues an unfinished line of
/// non-test output: a newline is written first.
#[derive(Debug)]
pub struct TextOutput {
    output: Output,
    /// For a terminal.
    harmless: Option<HarmlessText>,
    /// Whether the last byte of non-test output was no newline.
    is_line_open: bool,
}

impl TextOutput {
    /// Opens standard output.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn new() -> Result<Self, Trouble> {
        let harmless = io::stdout().is_terminal().then(HarmlessText::default);
        Ok(Self { output: Output::new()?, harmless, is_line_open: false })
    }

    /// Prints non-test output.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn text(&mut self, text: &[u8]) -> Result<(), Trouble> {
        let Some(last) = text.last() else { return Ok(()) };
        self.is_line_open = *last != b'\n';
        match &mut self.harmless {
            Some(harmless) => self.output.bytes(harmless.push(text).as_bytes()),
            None => self.output.bytes(text),
        }
    }

    /// Prints lines of the tool, each with its newline. Names from a stream are [escaped](crate::escape) in them already.
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
        if std::mem::take(&mut self.is_line_open) { self.output.bytes(b"\n") } else { Ok(()) }
    }

    /// Hands on all that was written before a file is written that may be standard output by another name. If it is, the line that is not
    /// finished ends first.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn make_way_for(&mut self, path: &Path) -> Result<(), Trouble> {
        if is_standard_output(path) {
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
        self.output.finish()
    }
}

fn is_standard_output(path: &Path) -> bool {
    let stdout = io::stdout().as_fd().try_clone_to_owned().and_then(|stdout| File::from(stdout).metadata());
    let (Ok(stdout), Ok(named)) = (stdout, fs::metadata(path)) else { return false };
    (stdout.dev(), stdout.ino()) == (named.dev(), named.ino())
}
