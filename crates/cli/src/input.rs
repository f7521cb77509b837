//! Where a tool reads from.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use clap::Args;
use subunit_codec::{Item, Protocol, Reader};

use crate::file_id::FileId;
use crate::interruptible::InterruptibleInput;
use crate::output::Output;
use crate::report_file::ReportFile;
use crate::signals;
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

    /// The file of a report, which is not to be read as well.
    #[arg(skip)]
    report: Option<FileId>,
}

impl Input {
    /// The streams to read, one after the other, each opened when its turn comes. Without files, standard input. `protocol` is the
    /// version they are in where the user does not say.
    pub fn streams(self, protocol: Protocol) -> impl Iterator<Item = Result<Stream, Trouble>> {
        let protocol = self.protocol.unwrap_or(protocol);
        let standard_input = self.files.is_empty().then(|| OsString::from("-"));
        let names = self.files.into_iter().chain(standard_input);
        let names =
            names.filter(|name| signals::received().is_none() || !fs::metadata(name).is_ok_and(|it| it.is_file()));
        names.map(move |name| {
            let (name, file) = open(&name, self.report)?;
            Ok(Stream::new(name, Reader::new(file, protocol)))
        })
    }

    /// The file for a report beside these streams, which none of them may be; nothing without a path.
    ///
    /// # Errors
    ///
    /// When it [cannot be written](ReportFile::new).
    pub fn report_file(&mut self, path: Option<PathBuf>) -> Result<Option<ReportFile>, Trouble> {
        let Some(path) = path else { return Ok(None) };
        self.report = FileId::at(&path).and_then(FileId::regular);
        ReportFile::new(path).map(Some)
    }
}

/// The names of files to read, one after the other. Without one, `-` for standard input.
///
/// A signal that asks the tool to stop ends the one that is read, see [`InterruptibleInput`], and leaves out the files behind it. Pipes
/// still come: their writers may have last words.
pub fn operands(files: Vec<OsString>) -> impl Iterator<Item = OsString> {
    let standard_input = files.is_empty().then(|| OsString::from("-"));
    let is_left_out =
        |name: &OsString| signals::received().is_some() && fs::metadata(name).is_ok_and(|it| it.is_file());
    files.into_iter().chain(standard_input).filter(move |name| !is_left_out(name))
}

/// A stream to read items from.
#[derive(Debug)]
pub struct Stream {
    name: String,
    reader: Reader<InterruptibleInput>,
    failure: Option<Trouble>,
}

impl Stream {
    /// Standard input, for tools whose operands are not files to read. A signal ends it early, see [`InterruptibleInput`].
    ///
    /// # Errors
    ///
    /// When there is none, or standard output is the same file.
    pub fn standard_input(protocol: Protocol) -> Result<Self, Trouble> {
        Self::open(OsStr::new("-"), protocol)
    }

    /// Opens the file of this name, or standard input for `-`. A signal ends it early, see [`InterruptibleInput`].
    ///
    /// # Errors
    ///
    /// When it cannot be opened, or standard output is the same file.
    pub fn open(name: &OsStr, protocol: Protocol) -> Result<Self, Trouble> {
        let (name, file) = open(name, None)?;
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

/// The file of this name, or standard input for `-`, and what to call it. It may be neither standard output nor `report`.
pub(crate) fn open(name: &OsStr, report: Option<FileId>) -> Result<(String, InterruptibleInput), Trouble> {
    if name != "-" {
        return open_path(Path::new(name), report);
    }
    // Not through the standard library's buffer: readers have their own.
    let file = io::stdin().as_fd().try_clone_to_owned().map(File::from);
    let file = file.map(|file| InterruptibleInput::new(file, signals::bell()));
    checked("standard input".to_owned(), file, report)
}

/// The file of this path, and what to call it. It may be neither standard output nor `report`.
pub(crate) fn open_path(path: &Path, report: Option<FileId>) -> Result<(String, InterruptibleInput), Trouble> {
    checked(path.display().to_string(), InterruptibleInput::open(path, signals::bell()), report)
}

fn checked(
    name: String,
    file: io::Result<InterruptibleInput>,
    report: Option<FileId>,
) -> Result<(String, InterruptibleInput), Trouble> {
    let file = file.map_err(|cause| Trouble::with(&name, &cause))?;
    let id = FileId::of(&file).and_then(FileId::regular);
    if id.is_some() && (id == report || id == FileId::of(io::stdout())) {
        return Err(Trouble::message(format_args!("{name}: {}", FileId::SAME)));
    }
    Ok((name, file))
}
