//! A temporary file that no folder lists.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;

/// A temporary file without a name, made when it is first written to: nothing is left of it after a
/// crash. Errors are for [`Trouble::temporary`](crate::Trouble::temporary).
#[derive(Debug, Default)]
pub struct SpillFile {
    file: Option<File>,
    length: u64,
}

impl SpillFile {
    /// Whether nothing was written since the start or the last [`clear`](Self::clear).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// How many bytes were written.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Adds bytes to the end and says where they begin.
    ///
    /// # Errors
    ///
    /// When the file cannot be made or written.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile()?,
        };
        let start = self.length;
        self.file.insert(file).write_all_at(bytes, start)?;
        self.length += bytes.len() as u64;
        Ok(start)
    }

    /// Reads the bytes that begin at `start`, as many as `buffer` takes.
    ///
    /// # Errors
    ///
    /// When there are fewer, or reading fails.
    pub fn read_at(&self, buffer: &mut [u8], start: u64) -> io::Result<()> {
        self.open()?.read_exact_at(buffer, start)
    }

    /// Copies bytes to another file, at the place where it is; the system does that by itself if it
    /// can.
    ///
    /// # Errors
    ///
    /// When reading or writing fails.
    pub fn copy(&self, start: u64, length: u64, target: &mut File) -> io::Result<()> {
        let mut file = self.open()?;
        file.seek(SeekFrom::Start(start))?;
        io::copy(&mut file.take(length), target).map(drop)
    }

    /// Forgets all bytes. The next ones are written over them.
    pub fn clear(&mut self) {
        self.length = 0;
    }

    fn open(&self) -> io::Result<&File> {
        self.file.as_ref().ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}
