//! Where the copies go.

use std::mem;
use std::path::Path;

use subunit_cli::{self as cli, LiveOutput, Output, TextOutput, Trouble};
use subunit_codec::names::{STDERR, STDOUT};
use subunit_codec::{Packet, Protocol};

use crate::append;
use crate::version::Version;

/// What of the input a sink takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Every byte.
    All,
    /// What is not text. In version 1, where that is not told apart, every byte.
    Stream,
    /// Text alone, that which other tools have wrapped in packets included.
    Text,
}

/// The outputs that did not fail so far.
pub(crate) struct Sinks {
    open: Vec<Sink>,
    version: Version,
    /// What the tool will end with.
    trouble: Option<Trouble>,
}

struct Sink {
    output: TextOutput,
    takes: Takes,
}

impl Sinks {
    pub(crate) fn new(protocol: Protocol) -> Self {
        Self { open: Vec::new(), version: Version::new(protocol), trouble: None }
    }

    pub(crate) fn add_standard_output(&mut self, takes: Takes) -> Result<(), Trouble> {
        let output = if takes == Takes::Text { Output::new() } else { Output::for_packets() };
        self.open.push(Sink { output: TextOutput::to(output?), takes });
        Ok(())
    }

    /// Adds a file, which is created, overwritten or appended to. If it cannot be opened, that copy
    /// has failed.
    pub(crate) fn add_file(&mut self, path: &Path, is_appended: bool, takes: Takes) {
        let file = if is_appended { append::open(path) } else { cli::create(path, false) };
        match file {
            Ok(file) => self.open.push(Sink { output: TextOutput::to(Output::file(path, file)), takes }),
            Err(cause) => self.failed(Trouble::with(path.display(), &cause)),
        }
    }

    /// Writes a packet, and the text in it if another tool has wrapped text there.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>) {
        self.version.packet();
        self.write(packet.as_bytes(), &[Takes::All, Takes::Stream]);
        if !packet.has_test_id() && matches!(packet.file_name(), Some(STDOUT | STDERR)) {
            self.write(packet.file_bytes().unwrap_or_default(), &[Takes::Text]);
        }
    }

    /// Writes a damaged packet.
    pub(crate) fn damage(&mut self, bytes: &[u8]) {
        self.version.packet();
        self.write(bytes, &[Takes::All, Takes::Stream]);
    }

    /// Writes text between packets.
    pub(crate) fn text(&mut self, text: &[u8]) {
        self.write(text, &[Takes::All, Takes::Text]);
        if let Some(lines) = self.version.lines(text) {
            self.write(&lines, &[Takes::Stream]);
        }
    }

    /// Hands on all that was written, for the last time.
    ///
    /// # Errors
    ///
    /// When a sink failed, now or earlier.
    pub(crate) fn finish(mut self) -> Result<(), Trouble> {
        let lines = self.version.last_lines();
        self.write(&lines, &[Takes::Stream]);
        self.flush()?;
        for sink in mem::take(&mut self.open) {
            if let Err(trouble) = sink.output.finish() {
                self.failed(trouble);
            }
        }
        self.trouble.map_or(Ok(()), Err)
    }

    fn write(&mut self, bytes: &[u8], to: &[Takes]) {
        self.each(|sink| match sink.takes {
            takes if !to.contains(&takes) => Ok(()),
            Takes::Text => sink.output.text(bytes),
            Takes::All | Takes::Stream => sink.output.raw().bytes(bytes),
        });
    }

    /// Calls `act` for each sink. Sinks that fail are reported and dropped.
    fn each(&mut self, mut act: impl FnMut(&mut Sink) -> Result<(), Trouble>) {
        let mut troubles = Vec::new();
        self.open.retain_mut(|sink| act(sink).map_err(|trouble| troubles.push(trouble)).is_ok());
        for trouble in troubles {
            self.failed(trouble);
        }
    }

    /// A closed standard output is not reported, and sets the status only if nothing else failed.
    fn failed(&mut self, trouble: Trouble) {
        for sink in &mut self.open {
            // One that fails here fails again.
            let _ = sink.output.make_way_for_message();
        }
        let trouble = trouble.reported(env!("CARGO_BIN_NAME"));
        let before = self.trouble.take().filter(|trouble| !trouble.is_closed_pipe());
        self.trouble = before.or(Some(trouble));
    }
}

impl LiveOutput for Sinks {
    /// Hands on all that was written. Fails when no sink is left.
    fn flush(&mut self) -> Result<(), Trouble> {
        self.each(|sink| sink.output.flush());
        if self.open.is_empty() { self.trouble.take().map_or(Ok(()), Err) } else { Ok(()) }
    }

    fn make_way_for_message(&mut self) -> Result<(), Trouble> {
        self.each(|sink| sink.output.make_way_for_message());
        self.flush()
    }
}
