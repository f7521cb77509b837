//! Which file it is, by whatever name.

use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{FileType, Stat, fstat, stat};

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
