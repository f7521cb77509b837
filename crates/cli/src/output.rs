//! Where a tool writes to.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::path::Path;

use subunit_codec::names::STDOUT;
use subunit_codec::{Damage, Encoder, Event, Packet};

use crate::file_writer::FileWriter;
use crate::trouble::Trouble;

/// Standard output or a file, in whole packets or lines: never through a line buffer, which would
/// cut packets at their newlines, and on a disk that is full without the part of a packet that
/// still fits.
///
/// What is written is gathered. [`Stream::next`](crate::Stream::next) hands it on before it waits
/// for input, and [`finish`](Self::finish) at the end. If a tool fails before that, the encoder
/// writes the rest when it is dropped. After a write that failed, nothing more is written.
#[derive(Debug)]
pub struct Output {
    encoder: Encoder<FileWriter>,
    /// Which file it is.
    name: String,
    /// Whether it is standard output or standard error. If nobody reads these any more, not a word
    /// is said.
    is_standard: bool,
    /// Whether a failure is kept for the end.
    is_optional: bool,
    failure: Option<Trouble>,
}

impl Output {
    /// Opens standard output.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn new() -> Result<Self, Trouble> {
        Self::standard("standard output", &io::stdout())
    }

    /// Opens standard error, for a report.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn standard_error() -> Result<Self, Trouble> {
        Self::standard("standard error", &io::stderr())
    }

    /// Opens standard output for packets, which are no use to a person.
    ///
    /// # Errors
    ///
    /// When there is none, or it is a terminal.
    pub fn for_packets() -> Result<Self, Trouble> {
        if io::stdout().is_terminal() {
            return Err(Trouble::message(
                "standard output is a terminal: packets are not written there; redirect them, or pipe them into subunit-ls",
            ));
        }
        Self::new()
    }

    /// The same output, of which a report in a file does not depend: if `is_optional`, a write that
    /// fails is no trouble before the [end](Self::finish).
    #[must_use]
    pub fn optional(mut self, is_optional: bool) -> Self {
        self.is_optional = is_optional;
        self
    }

    /// The same output, of which about so many bytes are gathered before they are handed on without
    /// a flush.
    pub(crate) fn gathering(self, bytes: usize) -> Self {
        Self { encoder: self.encoder.gathering(bytes), ..self }
    }

    /// Writes to a file, open at the place to write to. A pipe that nobody reads any more is
    /// trouble like any other here.
    #[must_use]
    pub fn file(path: &Path, file: File) -> Self {
        Self { is_standard: false, ..Self::to(file, path.display().to_string()) }
    }

    fn standard(name: &str, file: &impl AsFd) -> Result<Self, Trouble> {
        let file = file.as_fd().try_clone_to_owned().map_err(|cause| Trouble::writing(name, &cause))?;
        Ok(Self::to(File::from(file), name.to_owned()))
    }

    fn to(file: File, name: String) -> Self {
        let encoder = Encoder::new(FileWriter::new(file));
        Self { encoder, name, is_standard: true, is_optional: false, failure: None }
    }

    /// Forwards a packet, byte for byte.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn forward(&mut self, packet: &Packet<'_>) -> Result<(), Trouble> {
        let result = self.encoder.forward(packet);
        self.check(result)
    }

    /// Writes an event as a packet, or several.
    ///
    /// # Errors
    ///
    /// When writing fails or the event cannot be written.
    pub fn event(&mut self, event: &Event<'_>) -> Result<(), Trouble> {
        let result = self.encoder.write(event);
        self.check(result)
    }

    /// Wraps text that stood between packets in packets of a file `stdout`, as python-subunit does.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn wrapped(&mut self, text: &[u8]) -> Result<(), Trouble> {
        self.event(&Event::global_file(STDOUT, text))
    }

    /// Reports damage as a failed test.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn damage(&mut self, damage: &Damage<'_>) -> Result<(), Trouble> {
        damage.report().iter().try_for_each(|event| self.event(event))
    }

    /// Writes bytes as they are: lines of a report, or whole packets.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let result = self.encoder.forward_bytes(bytes);
        self.check(result)
    }

    /// Hands on all that was written.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn flush(&mut self) -> Result<(), Trouble> {
        let result = self.encoder.flush();
        self.check(result)
    }

    /// Has `write` write by itself, behind what was written before.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn directly(&mut self, write: impl FnOnce(&mut FileWriter) -> io::Result<()>) -> Result<(), Trouble> {
        let result = self.encoder.flush().and_then(|()| write(self.encoder.get_mut()));
        self.check(result)
    }

    /// Hands on all that was written, for the last time.
    ///
    /// # Errors
    ///
    /// When writing fails, or did so before in an [optional](Self::optional) output.
    pub fn finish(mut self) -> Result<(), Trouble> {
        self.flush()?;
        self.failure.take().map_or(Ok(()), Err)
    }

    #[inline]
    fn check(&mut self, result: io::Result<()>) -> Result<(), Trouble> {
        result.or_else(|cause| self.failed(&cause))
    }

    #[cold]
    fn failed(&mut self, cause: &io::Error) -> Result<(), Trouble> {
        let writing = if self.is_standard { Trouble::writing } else { Trouble::with };
        let trouble = writing(&self.name, cause);
        // An event that cannot be written is another matter.
        if self.is_optional && self.encoder.get_mut().has_failed() {
            self.failure.get_or_insert(trouble);
            return Ok(());
        }
        Err(trouble)
    }
}
