//! Where a tool reads from.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use subunit_codec::{Fault, Item, PacketErrorKind, Protocol, Reader};

use crate::file_id::FileId;
use crate::foreign::{Head, VERSION_1, looks_like};
use crate::interruptible::InterruptibleInput;
use crate::options::ProtocolVersion;
use crate::report_file::ReportFile;
use crate::signals;
use crate::text_output::LiveOutput;
use crate::trouble::{Trouble, tool_name};

/// The arguments of every tool that reads streams.
#[derive(Args, Clone, Debug)]
pub struct Input {
    /// Files to read; - is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    #[command(flatten)]
    version: ProtocolVersion,

    /// The file of a report, which is not to be read as well.
    #[arg(skip)]
    report: Option<FileId>,
}

impl Input {
    /// The operands, for a tool that takes one of them for something else.
    pub fn files(&mut self) -> &mut Vec<OsString> {
        &mut self.files
    }

    /// The streams to read, one after the other, each opened when its turn comes. Without files,
    /// standard input. `protocol` is the version they are in where the user does not say.
    pub fn streams(self, protocol: Protocol) -> impl Iterator<Item = Result<Stream, Trouble>> {
        let protocol = self.version.protocol.unwrap_or(protocol);
        operands(self.files).map(move |name| {
            let (name, file) = open(&name, self.report)?;
            Ok(Stream::new(name, protocol, Reader::new(Head::new(file), protocol)))
        })
    }

    /// The file for a report beside these streams, which none of them may be; nothing without a
    /// path.
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
/// A signal that asks the tool to stop ends the one that is read, see [`InterruptibleInput`], and
/// leaves out the files behind it. Pipes still come: their writers may have last words.
pub fn operands(files: Vec<OsString>) -> impl Iterator<Item = OsString> {
    if files.is_empty() {
        say_if_terminal();
    }
    let standard_input = files.is_empty().then(|| OsString::from("-"));
    let is_left_out =
        |name: &OsString| signals::received().is_some() && fs::metadata(name).is_ok_and(|it| it.is_file());
    files.into_iter().chain(standard_input).filter(move |name| !is_left_out(name))
}

/// A stream to read items from.
#[derive(Debug)]
pub struct Stream {
    name: String,
    /// The version that it is read as.
    protocol: Protocol,
    reader: Reader<Head>,
    failure: Option<Trouble>,
    damage: Option<Likeness>,
    /// Whether the end of the input was seen, and what it showed.
    end: Option<End>,
    /// What is to be said of the end.
    message: Option<Trouble>,
    purpose: Purpose,
}

/// What a stream is read for: how sure one must be to say that it is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// It is said to be a stream.
    Stream,
    /// It is copied as version 2, whatever it is: directives of version 1 are text.
    Copy,
    /// A command prints it, and may print text alone.
    Command,
}

/// What damage was, in increasing likeness to a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    /// Hardly more than the byte that packets begin with.
    Byte,
    /// A packet that was cut off or altered.
    Packet,
}

/// What the whole of the input was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Stream,
    Foreign,
}

impl Stream {
    /// Standard input, for tools whose operands are not files to read. A signal ends it early, see
    /// [`InterruptibleInput`].
    ///
    /// # Errors
    ///
    /// When there is none, or standard output is the same file.
    pub fn standard_input(protocol: Protocol) -> Result<Self, Trouble> {
        say_if_terminal();
        Self::open(OsStr::new("-"), protocol)
    }

    /// Opens the file of this name, or standard input for `-`. A signal ends it early, see
    /// [`InterruptibleInput`].
    ///
    /// # Errors
    ///
    /// When it cannot be opened, or standard output is the same file.
    pub fn open(name: &OsStr, protocol: Protocol) -> Result<Self, Trouble> {
        let (name, file) = open(name, None)?;
        Ok(Self::new(name, protocol, Reader::new(Head::new(file), protocol)))
    }

    /// Reads what a command prints, whose name is for people. The tests that it leaves open stay in
    /// progress, whatever the version: how it ended tells more of them.
    #[must_use]
    pub fn of_command(name: String, output: InterruptibleInput, protocol: Protocol) -> Self {
        Self {
            purpose: Purpose::Command,
            ..Self::new(name, protocol, Reader::new(Head::new(output), protocol).leaving_open())
        }
    }

    fn new(name: String, protocol: Protocol, reader: Reader<Head>) -> Self {
        Self { name, protocol, reader, failure: None, damage: None, end: None, message: None, purpose: Purpose::Stream }
    }

    /// The same stream, for a tool that copies it as version 2 although it may be version 1.
    #[must_use]
    pub fn copied(self) -> Self {
        Self { purpose: Purpose::Copy, ..self }
    }

    /// Whether the input has ended, was not empty, and held neither a packet nor a directive. A
    /// line on standard error says so then.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.end == Some(End::Foreign)
    }

    /// Whether reading ended before the file did, because it was told to.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.reader.get_ref().input().is_cut()
    }

    /// The next item, `None` at the end. Flushes `output` before each read, which may block.
    ///
    /// # Errors
    ///
    /// When writing fails. When reading fails, after the items that were read before.
    pub fn next(&mut self, output: &mut impl LiveOutput) -> Result<Option<Item<'_>>, Trouble> {
        self.fill(output)?;
        self.item()
    }

    /// The next item, `None` at the end. Calls `before_read` before each read, which may block: for
    /// tools that do not have one output.
    ///
    /// # Errors
    ///
    /// When `before_read` fails. When reading fails, after the items that were read before.
    pub fn next_after<E: From<Trouble>>(
        &mut self,
        mut before_read: impl FnMut() -> Result<(), E>,
    ) -> Result<Option<Item<'_>>, E> {
        self.fill_in_silence(|| before_read().map(|()| None))?;
        if self.message.is_some() {
            before_read()?;
            self.tell();
        }
        Ok(self.item()?)
    }

    /// Reads until there is an item or the input ends. [`next`](Self::next) is this and
    /// [`item`](Self::item): for tools that want to know in between whether reading [was
    /// cut](Self::is_cut), so that what comes last may be half a packet.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn fill(&mut self, output: &mut impl LiveOutput) -> Result<(), Trouble> {
        self.fill_in_silence(|| {
            output.flush()?;
            Ok(output.patience())
        })?;
        if self.message.is_some() {
            output.make_way_for_message()?;
            self.tell();
        }
        Ok(())
    }

    /// Says what is to be said of the end.
    #[cold]
    fn tell(&mut self) {
        if let Some(message) = self.message.take() {
            let _ = message.reported(&tool_name());
        }
    }

    /// Reads until there is an item. `before_read` says how long to wait until it is called again.
    fn fill_in_silence<E>(&mut self, mut before_read: impl FnMut() -> Result<Option<Duration>, E>) -> Result<(), E> {
        let mut other_trouble = None;
        let before_read = |head: &Head| {
            loop {
                let patience = before_read().map_err(|trouble| {
                    other_trouble = Some(trouble);
                    io::Error::other("not a failure to read")
                })?;
                match patience {
                    Some(time) if !head.input().is_ready_within(time)? => {}
                    _ => return Ok(()),
                }
            }
        };
        if let Err(cause) = self.reader.fill(before_read) {
            match other_trouble {
                Some(trouble) => return Err(trouble),
                None => self.failure = Some(Trouble::with(&self.name, &cause)),
            }
        }
        if self.end.is_none() && self.reader.is_over() {
            self.end = Some(self.end());
            self.message = self.message.take().or_else(|| self.cut_tags());
        }
        Ok(())
    }

    /// Tells what the input was, now that all of it was read. If it is foreign, there is a message
    /// that says so.
    #[cold]
    fn end(&mut self) -> End {
        let head = self.reader.get_ref();
        let is_all = self.failure.is_none() && !self.is_cut();
        if head.first().is_empty() || self.reader.decoder().is_recognized() || !is_all {
            return End::Stream;
        }
        let hint = looks_like(head.first(), self.protocol);
        match self.purpose {
            Purpose::Command => return End::Stream,
            Purpose::Copy if hint == Some(VERSION_1) || hint.is_none() && !head.is_whole() => return End::Stream,
            Purpose::Copy | Purpose::Stream => {}
        }
        let hint = match self.damage {
            // A stream whose first packet is torn: the damage is reported as such.
            Some(Likeness::Packet) if hint.is_none() => return End::Stream,
            Some(Likeness::Byte) => hint.or(Some("no sound packet, only damage")),
            _ => hint,
        };
        let hint = hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
        self.message = Some(Trouble::message(format_args!("{}: not a subunit stream{hint}", self.name)));
        End::Foreign
    }

    /// What to say if tags were left out because they are too many to repeat.
    fn cut_tags(&self) -> Option<Trouble> {
        let count = self.reader.decoder().tests_with_cut_tags();
        let tests = if count == 1 { "test has" } else { "tests have" };
        let message = format_args!("{}: {count} {tests} only 4 KiB of the global tags", self.name);
        (count > 0).then(|| Trouble::message(message))
    }

    /// The item that was read, `None` at the end.
    ///
    /// # Errors
    ///
    /// When reading failed, after the items that were read before.
    pub fn item(&mut self) -> Result<Option<Item<'_>>, Trouble> {
        match self.reader.item() {
            None => self.failure.take().map_or(Ok(None), Err),
            item => {
                if let Some(Item::Damage(damage)) = &item {
                    self.damage = self.damage.max(Some(likeness(damage.fault)));
                }
                Ok(item)
            }
        }
    }
}

/// The file of this name to read bytes from, or standard input for `-`, and what to call it. A
/// signal ends it early, see [`InterruptibleInput`].
///
/// # Errors
///
/// When it cannot be opened, or standard output is the same file.
pub fn open_input(name: &OsStr) -> Result<(String, InterruptibleInput), Trouble> {
    if name == "-" {
        say_if_terminal();
    }
    open(name, None)
}

/// The file of this name, or standard input for `-`, and what to call it. It may be neither
/// standard output nor `report`.
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
    checked(file_name(path.as_os_str()), InterruptibleInput::open(path, signals::bell()), report)
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

fn likeness(fault: Fault) -> Likeness {
    match fault {
        Fault::Packet(error) => match error.kind() {
            PacketErrorKind::Checksum { .. } | PacketErrorKind::Truncated => Likeness::Packet,
            _ => Likeness::Byte,
        },
        // A line that is broken is a directive.
        _ => Likeness::Packet,
    }
}

/// What to call a file in a message.
fn file_name(name: &OsStr) -> String {
    if name.is_empty() { "''".to_owned() } else { Path::new(name).display().to_string() }
}

/// Says that the tool waits for a terminal: without a word, a forgotten file looks like a tool that
/// hangs.
fn say_if_terminal() {
    if io::stdin().is_terminal() {
        let _ = Trouble::message("reading standard input from the terminal").reported(&tool_name());
    }
}
