//! Where a tool reads from.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use subunit_codec::{Item, Protocol, Reader};

use crate::interruptible::InterruptibleInput;
use crate::output::Output;
use crate::signals::Stop;
use crate::trouble::Trouble;

/// The arguments of every tool that reads streams.
#[derive(Args, Clone, Debug)]
pub struct Input {
    /// Files to read; - is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// Version of the protocol: auto, 1 or 2
    #[arg(long, value_name = "VERSION")]
    protocol: Option<Protocol>,
}

impl Input {
    /// Whether no file is named and standard input is a terminal, on which nobody types packets.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.files.is_empty() && io::stdin().is_terminal()
    }

    /// The streams to read, one after the other, each opened when its turn comes. Without files, standard input. `protocol` is the
    /// version they are in where the user does not say.
    pub fn streams(self, protocol: Protocol) -> impl Iterator<Item = Result<Stream, Trouble>> {
        self.streams_until(protocol, None)
    }

    /// The streams as [`streams`](Self::streams) has them, of which those that are open or opened after a signal end early.
    pub fn streams_until(
        self,
        protocol: Protocol,
        stop: Option<&Stop>,
    ) -> impl Iterator<Item = Result<Stream, Trouble>> {
        let protocol = self.protocol.unwrap_or(protocol);
        let standard_input = self.files.is_empty().then(|| OsString::from("-"));
        let bell = stop.map(Stop::bell);
        let names = self.files.into_iter().chain(standard_input);
        names.map(move |name| Stream::open(&name, protocol, bell.clone()))
    }
}

/// A stream to read items from.
#[derive(Debug)]
pub struct Stream {
    name: String,
    reader: Reader<InterruptibleInput>,
    failure: Option<Trouble>,
}

impl Stream {
    /// Standard input, for tools whose operands are not files to read. It ends early when `end` tells it to, see [`InterruptibleInput`].
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn standard_input(protocol: Protocol, end: Option<Arc<OwnedFd>>) -> Result<Self, Trouble> {
        Self::open(OsStr::new("-"), protocol, end)
    }

    /// Opens the file of this name, or standard input for `-`. It ends early when `end` tells it to, see [`InterruptibleInput`].
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub fn open(name: &OsStr, protocol: Protocol, end: Option<Arc<OwnedFd>>) -> Result<Self, Trouble> {
        let (name, file) = open(name, end)?;
        Ok(Self::new(name, Reader::new(file, protocol)))
    }

    /// Reads what a command prints, whose name is for people. The tests that it leaves open stay in progress, whatever the version: how
    /// it ended tells more of them.
    #[must_use]
    pub fn of_command(name: String, output: InterruptibleInput, protocol: Protocol) -> Self {
        Self::new(name, Reader::new(output, protocol).leaving_open())
    }

    fn new(name: String, reader: Reader<InterruptibleInput>) -> Self {
        Self { name, reader, failure: None }
    }

    /// Whether reading ended before the file did, because it was told to.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.reader.get_ref().is_cut()
    }

    /// The next item, `None` at the end. Flushes `output` before each read, which may block.
    ///
    /// # Errors
    ///
    /// When writing fails. When reading fails, after the items that were read before.
    pub fn next(&mut self, output: &mut Output) -> Result<Option<Item<'_>>, Trouble> {
        self.next_after(|| output.flush())
    }

    /// The next item, `None` at the end. Calls `before_read` before each read, which may block: for tools that do not have one
    /// output.
    ///
    /// # Errors
    ///
    /// When `before_read` fails. When reading fails, after the items that were read before.
    pub fn next_after<E: From<Trouble>>(
        &mut self,
        before_read: impl FnMut() -> Result<(), E>,
    ) -> Result<Option<Item<'_>>, E> {
        self.fill(before_read)?;
        Ok(self.item()?)
    }

    /// Reads until there is an item or the input ends. [`next_after`](Self::next_after) is this and [`item`](Self::item): for tools
    /// that want to know in between whether reading [was cut](Self::is_cut), so that what comes last may be half a packet.
    ///
    /// # Errors
    ///
    /// When `before_read` fails.
    pub fn fill<E>(&mut self, mut before_read: impl FnMut() -> Result<(), E>) -> Result<(), E> {
        let mut other_trouble = None;
        let before_read = || {
            before_read().map_err(|trouble| {
                other_trouble = Some(trouble);
                io::Error::other("not a failure to read")
            })
        };
        if let Err(cause) = self.reader.fill(before_read) {
            match other_trouble {
                Some(trouble) => return Err(trouble),
                None => self.failure = Some(Trouble::with(&self.name, &cause)),
            }
        }
        Ok(())
    }

    /// The item that was read, `None` at the end.
    ///
    /// # Errors
    ///
    /// When reading failed, after the items that were read before.
    pub fn item(&mut self) -> Result<Option<Item<'_>>, Trouble> {
        match self.reader.item() {
            None => self.failure.take().map_or(Ok(None), Err),
            item => Ok(item),
        }
    }
}

/// The file of this name, or standard input for `-`, and what to call it. It ends early when `end` tells it to.
pub(crate) fn open(name: &OsStr, end: Option<Arc<OwnedFd>>) -> Result<(String, InterruptibleInput), Trouble> {
    let (name, file) = if name == "-" {
        // Not through the standard library's buffer: readers have their own.
        let file = io::stdin().as_fd().try_clone_to_owned().map(File::from);
        ("standard input".to_owned(), file.map(|file| InterruptibleInput::new(file, end)))
    } else {
        (Path::new(name).display().to_string(), InterruptibleInput::open(name.as_ref(), end))
    };
    let file = file.map_err(|cause| Trouble::with(&name, &cause))?;
    Ok((name, file))
}
