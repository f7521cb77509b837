//! Where a tool reads from.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use clap::Args;
use subunit_codec::{Item, Protocol, Reader};

use crate::output::Output;
use crate::run::Trouble;

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
    /// The streams to read, one after the other, each opened when its turn comes. Without files, standard input. `protocol` is the
    /// version they are in where the user does not say.
    pub fn streams(self, protocol: Protocol) -> impl Iterator<Item = Result<Stream, Trouble>> {
        let protocol = self.protocol.unwrap_or(protocol);
        let standard_input = self.files.is_empty().then(|| OsString::from("-"));
        self.files.into_iter().chain(standard_input).map(move |name| Stream::open(&name, protocol))
    }
}

/// A stream to read items from.
#[derive(Debug)]
pub struct Stream {
    name: String,
    reader: Reader<File>,
    failure: Option<Trouble>,
}

impl Stream {
    /// Standard input, for tools whose operands are not files to read.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn standard_input(protocol: Protocol) -> Result<Self, Trouble> {
        // Not through the standard library's buffer: the reader has its own.
        let file = io::stdin().as_fd().try_clone_to_owned().map(File::from);
        Self::new("standard input".to_owned(), file, protocol)
    }

    fn open(name: &OsStr, protocol: Protocol) -> Result<Self, Trouble> {
        if name == "-" {
            return Self::standard_input(protocol);
        }
        Self::new(Path::new(name).display().to_string(), File::open(name), protocol)
    }

    fn new(name: String, file: io::Result<File>, protocol: Protocol) -> Result<Self, Trouble> {
        let file = file.map_err(|cause| Trouble::with(&name, &cause))?;
        Ok(Self { name, reader: Reader::new(file, protocol), failure: None })
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
    pub fn next_after(
        &mut self,
        mut before_read: impl FnMut() -> Result<(), Trouble>,
    ) -> Result<Option<Item<'_>>, Trouble> {
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
        match self.reader.item() {
            None => self.failure.take().map_or(Ok(None), Err),
            item => Ok(item),
        }
    }
}
