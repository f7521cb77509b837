//! Texts that grow side by side, in memory up to a bound and beyond it in a temporary file that no folder lists.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;

use subunit_cli::{FileWriter, Trouble};

/// Where texts are that do not fit in memory.
#[derive(Debug, Default)]
pub(crate) struct Spool {
    file: Option<File>,
    length: u64,
    in_memory: usize,
}

/// A text. All of its bytes are in the spool's file but those at its end.
#[derive(Debug, Default)]
pub(crate) struct Text {
    parts: Vec<Part>,
    end: Vec<u8>,
    length: u64,
}

/// A piece of the spool's file.
#[derive(Clone, Copy, Debug)]
struct Part {
    start: u64,
    length: u64,
}

impl Text {
    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }

    pub(crate) fn len(&self) -> u64 {
        self.length
    }
}

impl Spool {
    /// How many bytes are kept in memory, all texts together.
    const MOST_IN_MEMORY: usize = 4 << 20;
    /// How many bytes of one text are kept in memory. Longer ones are joined where they are, others are copied: their parts would be
    /// too many to remember.
    const MOST_OF_ONE: usize = 128 << 10;

    /// Adds bytes to the end of a text.
    pub(crate) fn add(&mut self, text: &mut Text, bytes: &[u8]) -> Result<(), Trouble> {
        text.end.extend_from_slice(bytes);
        text.length += bytes.len() as u64;
        self.in_memory += bytes.len();
        if text.end.len() > Self::MOST_OF_ONE || self.in_memory > Self::MOST_IN_MEMORY {
            self.put_down(text)?;
        }
        Ok(())
    }

    /// Adds one text to the end of another.
    pub(crate) fn join(&mut self, text: &mut Text, other: Text) -> Result<(), Trouble> {
        if other.length <= Self::MOST_OF_ONE as u64 {
            self.copy(text, &other)?;
            self.in_memory -= other.end.len();
            return Ok(());
        }
        self.put_down(text)?;
        text.length += other.length;
        other.parts.into_iter().for_each(|part| text.push(part));
        text.end = other.end;
        Ok(())
    }

    fn copy(&mut self, text: &mut Text, other: &Text) -> Result<(), Trouble> {
        for part in &other.parts {
            let bytes = self.bytes(part.start, part.length)?;
            self.add(text, &bytes)?;
        }
        self.add(text, &other.end)
    }

    /// The last bytes of a text, at most so many.
    pub(crate) fn last(&self, text: &Text, most: usize) -> Result<Vec<u8>, Trouble> {
        let mut skipped = text.length.saturating_sub(most as u64);
        let mut last = Vec::new();
        for part in &text.parts {
            let before = skipped.min(part.length);
            skipped -= before;
            if before < part.length {
                last.extend(self.bytes(part.start + before, part.length - before)?);
            }
        }
        last.extend_from_slice(text.end.get(usize::try_from(skipped).unwrap_or(usize::MAX)..).unwrap_or_default());
        Ok(last)
    }

    /// Moves what a text has in memory to the file.
    fn put_down(&mut self, text: &mut Text) -> Result<(), Trouble> {
        let part = Part { start: self.length, length: text.end.len() as u64 };
        let file = match self.file.take() {
            Some(file) => Ok(file),
            None => tempfile::tempfile(),
        };
        let file = self.file.insert(file.map_err(|cause| trouble(&cause))?);
        file.write_all_at(&text.end, part.start).map_err(|cause| trouble(&cause))?;
        self.length += part.length;
        self.in_memory -= text.end.len();
        text.end = Vec::new();
        text.push(part);
        Ok(())
    }

    fn bytes(&self, start: u64, length: u64) -> Result<Vec<u8>, Trouble> {
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        let read = self.file.as_ref().map_or(Ok(()), |file| file.read_exact_at(&mut bytes, start));
        read.map_err(|cause| trouble(&cause))?;
        Ok(bytes)
    }

    /// A text to which nothing will be added any more.
    pub(crate) fn complete(self, text: Text) -> Complete {
        Complete { spool: self, text }
    }
}

impl Text {
    /// Adds a part, as one with that before it where the two adjoin.
    fn push(&mut self, part: Part) {
        match self.parts.last_mut() {
            Some(last) if last.start + last.length == part.start => last.length += part.length,
            _ if part.length == 0 => {}
            _ => self.parts.push(part),
        }
    }
}

/// A text that is complete.
#[derive(Debug)]
pub(crate) struct Complete {
    spool: Spool,
    text: Text,
}

impl Complete {
    /// Writes the text to a file.
    pub(crate) fn write_to(self, target: &mut FileWriter) -> io::Result<()> {
        if let Some(file) = self.spool.file {
            self.text.parts.into_iter().try_for_each(|part| target.copy(&file, part.start, part.length))?;
        }
        target.write_all(&self.text.end)
    }
}

fn trouble(cause: &io::Error) -> Trouble {
    Trouble::with("temporary file", cause)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek};

    use super::*;

    fn whole(spool: Spool, text: Text) -> Vec<u8> {
        let (mut file, mut bytes) = (tempfile::tempfile().unwrap(), Vec::new());
        spool.complete(text).write_to(&mut FileWriter::new(file.try_clone().unwrap())).unwrap();
        file.rewind().unwrap();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn texts_that_grow_side_by_side_are_read_one_by_one() {
        let mut spool = Spool::default();
        let mut texts: Vec<(Text, Vec<u8>)> = (0..40).map(|_| Default::default()).collect();
        for round in 0..300_u32 {
            for (number, (text, expected)) in texts.iter_mut().enumerate() {
                let piece = format!("{round} {number};").repeat(number * number);
                spool.add(text, piece.as_bytes()).unwrap();
                expected.extend(piece.bytes());
            }
            assert!(spool.in_memory <= Spool::MOST_IN_MEMORY, "memory has a bound");
        }
        let (mut all, mut expected) = (Text::default(), Vec::new());
        for (text, piece) in texts {
            assert_eq!(text.len(), piece.len() as u64);
            let last = spool.last(&text, 1000).unwrap();
            assert!(piece.ends_with(&last) && last.len() == piece.len().min(1000), "the last bytes of {}", piece.len());
            spool.join(&mut all, text).unwrap();
            expected.extend(piece);
        }
        assert_eq!(spool.in_memory, all.end.len(), "nothing else is left in memory");
        assert!(all.parts.len() < 2000, "{} parts", all.parts.len());
        assert!(whole(spool, all) == expected);
    }

    #[test]
    fn what_fits_in_memory_makes_no_file() {
        let mut spool = Spool::default();
        let (mut text, mut other) = (Text::default(), Text::default());
        spool.add(&mut text, b"one ").unwrap();
        spool.add(&mut other, b"two").unwrap();
        spool.join(&mut text, other).unwrap();
        assert!(spool.file.is_none());
        assert_eq!(whole(spool, text), b"one two");
    }
}
