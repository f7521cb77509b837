//! The report while it grows.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;

use crate::report_file::ReportFile;
use crate::text_output::TextOutput;
use crate::trouble::Trouble;

/// A report that grows from behind its head, which holds counts and is written last. A short one
/// stays in memory.
#[derive(Debug)]
pub struct ReportDraft {
    /// Where the report is to be, if not on standard output.
    target: Option<ReportFile>,
    file: Option<File>,
    /// Whether the file is to have the name of the target. Otherwise it is a temporary one.
    is_target: bool,
    /// How many bytes are kept free for the head.
    room: usize,
    length: u64,
}

/// A report that is complete.
#[derive(Debug)]
pub struct CompleteReport {
    draft: ReportDraft,
    /// All of it, if it is short.
    bytes: Vec<u8>,
}

impl ReportDraft {
    /// With room for a head of so many bytes.
    #[must_use]
    pub fn new(target: Option<ReportFile>, room: usize) -> Self {
        Self { target, file: None, is_target: false, room, length: room as u64 }
    }

    /// Adds bytes.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        self.write_at(bytes, self.length)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Adds what `write` writes to the end of the file.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn extend(&mut self, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), Trouble> {
        let start = self.length;
        let written = self.file().and_then(|file| {
            file.seek(SeekFrom::Start(start))?;
            write(file)?;
            file.stream_position()
        });
        self.length = written.map_err(|cause| self.trouble(&cause))?;
        Ok(())
    }

    /// Completes the report with the last bytes of it and its head, in two parts: spaces between
    /// them fill the room.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn complete(mut self, head: [&[u8]; 2], last: &[u8]) -> Result<CompleteReport, Trouble> {
        if self.file.is_none() {
            return Ok(CompleteReport { draft: self, bytes: [head[0], head[1], last].concat() });
        }
        self.add(last)?;
        let spaces = self.room.saturating_sub(head[0].len() + head[1].len());
        self.write_at(&[head[0], &b" ".repeat(spaces), head[1]].concat(), 0)?;
        Ok(CompleteReport { draft: self, bytes: Vec::new() })
    }

    fn write_at(&mut self, bytes: &[u8], at: u64) -> Result<(), Trouble> {
        let written = self.file().and_then(|file| file.write_all_at(bytes, at));
        written.map_err(|cause| self.trouble(&cause))
    }

    /// The file, made when it is first needed.
    fn file(&mut self) -> io::Result<&mut File> {
        let file = match self.file.take() {
            Some(file) => file,
            None => match self.target.as_ref().and_then(ReportFile::unnamed) {
                Some(file) => {
                    self.is_target = true;
                    file
                }
                None => tempfile::tempfile()?,
            },
        };
        Ok(self.file.insert(file))
    }

    fn trouble(&self, cause: &io::Error) -> Trouble {
        match &self.target {
            Some(target) if self.is_target => target.trouble(cause),
            _ => Trouble::temporary(cause),
        }
    }
}

impl CompleteReport {
    /// Writes the report to where it is to be. The system copies a long one by itself if it can.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn write(self, output: &mut TextOutput) -> Result<(), Trouble> {
        let Self { draft: ReportDraft { target, file, is_target, .. }, bytes } = self;
        match (target, file) {
            (Some(target), Some(file)) if is_target => target.keep(&file),
            (Some(target), Some(file)) => target.write(|target| target.copy(&file, 0, file.metadata()?.len())),
            (Some(target), None) => target.write(|target| target.write_all(&bytes)),
            (None, Some(file)) => output.raw().directly(|target| target.copy(&file, 0, file.metadata()?.len())),
            (None, None) => output.raw().directly(|target| target.write_all(&bytes)),
        }
    }
}
