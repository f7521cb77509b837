//! The report while it grows.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::os::unix::fs::FileExt;

use subunit_cli::{FileWriter, Trouble};

use crate::text_store::{opened, trouble};

/// A report that grows from behind its head, which holds counts and is written last. A short one stays in memory.
#[derive(Debug)]
pub(crate) struct Draft {
    file: Option<File>,
    /// How many bytes are kept free for the head.
    room: usize,
    length: u64,
}

/// A report that is complete.
#[derive(Debug)]
pub(crate) enum Complete {
    Short(Vec<u8>),
    Long(File),
}

impl Draft {
    /// With room for a head of so many bytes.
    pub(crate) fn with_room(room: usize) -> Self {
        Self { file: None, room, length: room as u64 }
    }

    /// Adds bytes.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        opened(&mut self.file)?.write_all_at(bytes, self.length).map_err(|cause| trouble(&cause))?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Adds what `write` writes to the end of the file.
    pub(crate) fn extend(&mut self, write: impl FnOnce(&mut File) -> Result<(), Trouble>) -> Result<(), Trouble> {
        let file = opened(&mut self.file)?;
        file.seek(io::SeekFrom::Start(self.length)).map_err(|cause| trouble(&cause))?;
        write(file)?;
        self.length = file.stream_position().map_err(|cause| trouble(&cause))?;
        Ok(())
    }

    /// Completes the report with the last bytes of it and its head, in two parts: spaces between them fill the room.
    pub(crate) fn complete(mut self, head: [&[u8]; 2], last: &[u8]) -> Result<Complete, Trouble> {
        if self.file.is_none() {
            return Ok(Complete::Short([head[0], head[1], last].concat()));
        }
        self.add(last)?;
        let spaces = self.room.saturating_sub(head[0].len() + head[1].len());
        let head = [head[0], &b" ".repeat(spaces), head[1]].concat();
        let file = self.file.take().map_or_else(tempfile::tempfile, Ok);
        let file = file.and_then(|file| file.write_all_at(&head, 0).map(|()| file));
        file.map(Complete::Long).map_err(|cause| trouble(&cause))
    }
}

impl Complete {
    /// Writes the report to a file. The system copies a long one by itself if it can.
    pub(crate) fn write_to(self, target: &mut FileWriter) -> io::Result<()> {
        match self {
            Self::Short(bytes) => target.write_all(&bytes),
            Self::Long(file) => target.copy(&file, 0, file.metadata()?.len()),
        }
    }
}
