//! Where a tool writes to.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;

use subunit_codec::{Damage, Encoder, Event, Packet};

use crate::run::Trouble;

/// Standard output, in whole packets or lines: never through a line buffer, which would cut packets at their newlines.
///
/// What is written is gathered. [`Stream::next`](crate::Stream::next) hands it on before it waits for input, and
/// [`finish`](Self::finish) at the end; when a tool is in trouble instead, what is left goes out as far as it can.
#[derive(Debug)]
pub struct Output {
    encoder: Encoder<File>,
    is_terminal: bool,
}

impl Output {
    /// Opens standard output.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn new() -> Result<Self, Trouble> {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        let file = stdout.as_fd().try_clone_to_owned().map_err(trouble)?;
        Ok(Self { encoder: Encoder::new(File::from(file)), is_terminal })
    }

    /// Whether a person reads along.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Forwards a packet, byte for byte.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn forward(&mut self, packet: &Packet<'_>) -> Result<(), Trouble> {
        self.encoder.forward(packet).map_err(trouble)
    }

    /// Writes an event as a packet, or several.
    ///
    /// # Errors
    ///
    /// When writing fails or the event cannot be written.
    pub fn event(&mut self, event: &Event<'_>) -> Result<(), Trouble> {
        self.encoder.write(event).map_err(trouble)
    }

    /// Wraps text that stood between packets in packets of a file `stdout`, as python-subunit does.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn wrapped(&mut self, text: &[u8]) -> Result<(), Trouble> {
        self.event(&Event::global_file("stdout", text))
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
        self.encoder.forward_bytes(bytes).map_err(trouble)
    }

    /// Hands on all that was written.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn flush(&mut self) -> Result<(), Trouble> {
        self.encoder.flush().map_err(trouble)
    }

    /// Hands on all that was written, for the last time.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn finish(mut self) -> Result<(), Trouble> {
        self.flush()
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // After trouble, which is reported already; without, `finish` has left nothing.
        let _ = self.encoder.flush();
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn trouble(cause: io::Error) -> Trouble {
    Trouble::writing("standard output", &cause)
}
