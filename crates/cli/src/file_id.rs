//! Which file it is, by whatever name.

use std::ffi::OsStr;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{FileType, Stat, fstat, stat};

use crate::trouble::Trouble;

/// The identity of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileId {
    device: u64,
    inode: u64,
    is_regular: bool,
}

impl FileId {
    /// What is wrong if a tool reads the file that it writes, in the words of cat: it would never
    /// end, or lose what it has not read.
    pub(crate) const SAME: &str = "input file is output file";

    /// The identity of an open file.
    pub(crate) fn of(file: impl AsFd) -> Option<Self> {
        fstat(file).ok().as_ref().map(Self::new)
    }

    /// The identity of the file that a path leads to.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        stat(path).ok().as_ref().map(Self::new)
    }

    /// The identity of a regular file. What is read from a pipe or a device is not what was written
    /// there.
    pub(crate) fn regular(self) -> Option<Self> {
        self.is_regular.then_some(self)
    }

    fn new(found: &Stat) -> Self {
        let is_regular = FileType::from_raw_mode(found.st_mode).is_file();
        Self { device: found.st_dev, inode: found.st_ino, is_regular }
    }
}

/// Makes sure that no file to write is one of those to read, `-` for standard input: they may be
/// read after the first one is written.
///
/// # Errors
///
/// If one is.
pub fn refuse_same_files<'a>(
    inputs: impl IntoIterator<Item = &'a OsStr>,
    outputs: impl IntoIterator<Item = &'a Path>,
) -> Result<(), Trouble> {
    let of_input = |name: &OsStr| if name == "-" { FileId::of(io::stdin()) } else { FileId::at(Path::new(name)) };
    let inputs: Vec<FileId> = inputs.into_iter().filter_map(of_input).filter_map(FileId::regular).collect();
    let is_input = |path: &&Path| FileId::at(path).is_some_and(|id| inputs.contains(&id));
    match outputs.into_iter().find(is_input) {
        Some(path) => Err(Trouble::message(format_args!("{}: {}", path.display(), FileId::SAME))),
        None => Ok(()),
    }
}
