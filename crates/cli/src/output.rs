//! Where a tool writes to.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::os::fd::AsFd;
use std::path::Path;

use subunit_codec::{Damage, Encoder, Event, Packet};

use crate::trouble::Trouble;

/// Standard output or a file, in whole packets or lines: never through a line buffer, which would cut packets at their newlines,
/// and on a disk that is full without the part of a packet that still fits.
///
/// What is written is gathered. [`Stream::next`](crate::Stream::next) hands it on before it waits for input, and
/// [`finish`](Self::finish) at the end; when a tool is in trouble instead, what is left goes out as far as it can.
#[derive(Debug)]
pub struct Output {
    encoder: Encoder<Target>,
    /// Which file it is; standard output has no name.
    name: Option<String>,
}

impl Output {
    /// Opens standard output.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn new() -> Result<Self, Trouble> {
        let file = io::stdout().as_fd().try_clone_to_owned().map_err(|cause| trouble(None, &cause))?;
        Ok(Self::to(File::from(file), None))
    }

    /// Writes to a file, open at the place to write to. A pipe that nobody reads any more is trouble like any other here.
    #[must_use]
    pub fn file(path: &Path, file: File) -> Self {
        Self::to(file, Some(path.display().to_string()))
    }

    fn to(file: File, name: Option<String>) -> Self {
        Self { encoder: Encoder::new(Target { file, is_wide: false }), name }
    }

    /// Forwards a packet, byte for byte.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn forward(&mut self, packet: &Packet<'_>) -> Result<(), Trouble> {
        self.encoder.forward(packet).map_err(|cause| trouble(self.name.as_deref(), &cause))
    }

    /// Writes an event as a packet, or several.
    ///
    /// # Errors
    ///
    /// When writing fails or the event cannot be written.
    pub fn event(&mut self, event: &Event<'_>) -> Result<(), Trouble> {
        self.encoder.write(event).map_err(|cause| trouble(self.name.as_deref(), &cause))
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
        self.encoder.forward_bytes(bytes).map_err(|cause| trouble(self.name.as_deref(), &cause))
    }

    /// Hands on all that was written.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn flush(&mut self) -> Result<(), Trouble> {
        self.encoder.flush().map_err(|cause| trouble(self.name.as_deref(), &cause))
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

fn trouble(name: Option<&str>, cause: &io::Error) -> Trouble {
    match name {
        Some(name) => Trouble::with(name, cause),
        None => Trouble::writing("standard output", cause),
    }
}

/// Where an encoder writes to. A write that fails half done is taken back where that is possible, in a regular file: what is
/// written ends where a packet does.
#[derive(Debug)]
struct Target {
    file: File,
    /// Whether it was made wide, where it is a pipe.
    is_wide: bool,
}

impl Target {
    /// What a pipe holds unless it is told otherwise.
    const PIPE: usize = 1 << 16;

    /// Asks for a pipe that holds more, once so much is written at a time that writer and reader would have to take turns. With a
    /// megabyte, streams go through twice as fast.
    fn widen(&mut self) {
        if !self.is_wide {
            self.is_wide = true;
            // It may be no pipe, or the user may have enough of them.
            #[cfg(target_os = "linux")]
            let _ = rustix::pipe::fcntl_setpipe_size(&self.file, 1 << 20);
        }
    }

    /// Takes back the last `count` bytes written, unless somebody else has written behind them.
    fn take_back(&mut self, count: u64) -> io::Result<()> {
        let end = self.file.stream_position()?;
        let metadata = self.file.metadata()?;
        if metadata.is_file() && metadata.len() == end {
            self.file.set_len(end.saturating_sub(count))?;
        }
        Ok(())
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() >= Self::PIPE {
            self.widen();
        }
        let mut written = 0;
        while written < bytes.len() {
            match self.file.write(&bytes[written..]) {
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Ok(count @ 1..) => written += count,
                result => {
                    // The trouble to tell of is the one that was first.
                    let _ = self.take_back(written as u64);
                    return Err(result.err().unwrap_or_else(|| io::ErrorKind::WriteZero.into()));
                }
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
