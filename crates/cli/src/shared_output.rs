//! The way of packets from several sources to the one output.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use subunit_codec::Item;
use subunit_codec::names::STDERR;

use crate::input::Stream;
use crate::interruptible::InterruptibleInput;
use crate::output::Output;
use crate::route::Route;
use crate::threads::spawn;
use crate::trouble::Trouble;

/// Why a source ends early.
#[derive(Debug)]
pub enum SourceFailure {
    /// It cannot be read on. The others go on.
    Source(Trouble),
    /// All end: nothing can be written any more, or there are no threads to go on with.
    All(Trouble),
}

impl SourceFailure {
    /// The trouble, for a tool to which each source is all.
    #[must_use]
    pub fn into_trouble(self) -> Trouble {
        let (Self::Source(trouble) | Self::All(trouble)) = self;
        trouble
    }
}

impl From<Trouble> for SourceFailure {
    fn from(trouble: Trouble) -> Self {
        Self::Source(trouble)
    }
}

/// The output that sources in several threads share. Each source buffers packets of its own and
/// writes whole ones; while one writes, the others wait, and so do their writers in the end.
#[derive(Debug)]
pub struct SharedOutput {
    output: Arc<Mutex<Output>>,
    packets: Vec<u8>,
}

/// For another source: packets that this one has not handed on stay with it.
impl Clone for SharedOutput {
    fn clone(&self) -> Self {
        Self { output: Arc::clone(&self.output), packets: Vec::new() }
    }
}

impl SharedOutput {
    /// Packets are handed on when there are so many bytes of them. No more is read at once.
    const FULL: usize = 1 << 16;

    /// Shares an output.
    #[must_use]
    pub fn new(output: Output) -> Self {
        Self { output: Arc::new(Mutex::new(output)), packets: Vec::new() }
    }

    /// Hands on what `append` appends to whole packets, now or with others.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn push(&mut self, append: impl FnOnce(&mut Vec<u8>)) -> Result<(), SourceFailure> {
        append(&mut self.packets);
        if self.packets.len() < Self::FULL { Ok(()) } else { self.write(|_| Ok(())) }
    }

    /// Has all that was pushed written.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn flush(&mut self) -> Result<(), SourceFailure> {
        if self.packets.is_empty() { Ok(()) } else { self.write(Output::flush) }
    }

    /// Hands on what `append` makes of each item of a stream, to its end. Nothing is held back
    /// while the stream is waited for.
    ///
    /// # Errors
    ///
    /// If reading or writing fails.
    pub fn relay(
        &mut self,
        stream: &mut Stream,
        append: impl FnMut(&Item<'_>, &mut Vec<u8>),
    ) -> Result<(), SourceFailure> {
        self.relay_and_wait(stream, || {}, append)
    }

    /// The same, and calls `wait` whenever the stream is waited for.
    ///
    /// # Errors
    ///
    /// If reading or writing fails.
    pub fn relay_and_wait(
        &mut self,
        stream: &mut Stream,
        mut wait: impl FnMut(),
        mut append: impl FnMut(&Item<'_>, &mut Vec<u8>),
    ) -> Result<(), SourceFailure> {
        let end = loop {
            match stream.next_after(|| self.flush().map(|()| wait())) {
                Ok(Some(item)) => {
                    try_reserve(&mut self.packets, &item)?;
                    self.push(|out| append(&item, out))?;
                }
                Ok(None) => break Ok(()),
                Err(failure) => break Err(failure),
            }
        };
        self.flush()?;
        end
    }

    /// Hands on in a thread what a command writes to standard error, as a file of its route. Says
    /// in the end whether that was cut. `name` is what the command is called in trouble.
    ///
    /// # Errors
    ///
    /// If there is no thread to be had. The thread: if reading or writing fails.
    pub fn relay_errors(
        &self,
        mut stderr: InterruptibleInput,
        name: String,
        route: Route,
    ) -> Result<JoinHandle<Result<bool, SourceFailure>>, Trouble> {
        let mut lane = self.clone();
        spawn(move || {
            lane.copy(&mut stderr, &name, |bytes, out| route.file(STDERR, bytes, out))?;
            Ok(stderr.is_cut())
        })
    }

    /// Hands on what `append` makes of each read of bytes, at most 64 KiB, to their end. `name` is
    /// what they are called in trouble.
    ///
    /// # Errors
    ///
    /// If reading or writing fails.
    pub fn copy(
        &mut self,
        input: &mut InterruptibleInput,
        name: &str,
        mut append: impl FnMut(&[u8], &mut Vec<u8>),
    ) -> Result<(), SourceFailure> {
        let mut buffer = vec![0; Self::FULL];
        loop {
            match input.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => self.push(|out| append(&buffer[..count], out))?,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(SourceFailure::Source(Trouble::with(name, &cause))),
            }
            self.flush()?;
        }
    }

    fn write(&mut self, and: impl FnOnce(&mut Output) -> Result<(), Trouble>) -> Result<(), SourceFailure> {
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        let result = output.bytes(&self.packets).and_then(|()| and(&mut output));
        self.packets.clear();
        result.map_err(SourceFailure::All)
    }
}

/// Makes room for what becomes of an item that may be large. A system that is out of memory ends
/// all sources with a line.
///
/// # Errors
///
/// If there is no room.
pub fn try_reserve(packets: &mut Vec<u8>, item: &Item<'_>) -> Result<(), SourceFailure> {
    let length = match item {
        Item::Packet(packet) => packet.as_bytes().len(),
        Item::Text(text) => text.len(),
        Item::Damage(damage) => damage.bytes.len(),
    };
    // Besides: route code, tag and what else a label is.
    let room = packets.try_reserve(length + length / 1024 + 256);
    room.map_err(|_| SourceFailure::All(Trouble::message("out of memory")))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use tempfile::NamedTempFile;

    use super::*;

    #[test]
    fn a_clone_does_not_repeat_what_waits_to_be_written() {
        let file = NamedTempFile::new().unwrap();
        let mut output = SharedOutput::new(Output::file(Path::new("x"), file.reopen().unwrap()));
        output.push(|out| out.extend(b"packets")).unwrap();
        let mut other = output.clone();
        other.push(|out| out.extend(b"others ")).unwrap();
        other.flush().unwrap();
        output.flush().unwrap();
        assert_eq!(fs::read(file.path()).unwrap(), b"others packets");
    }
}
