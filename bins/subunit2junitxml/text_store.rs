//! Texts that grow side by side, in memory up to a bound and beyond it in a temporary file that no
//! folder lists.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::mem;
use std::os::unix::fs::FileExt;

use subunit_cli::Trouble;

/// Where texts are that do not fit in memory.
#[derive(Debug, Default)]
pub(crate) struct Spool {
    file: Option<File>,
    length: u64,
    /// Bytes of the file that belong to a text.
    used: u64,
    in_memory: usize,
}

/// A text. All of its bytes are in the spool's file but those at its end.
#[derive(Debug, Default)]
pub(crate) struct Text {
    parts: Vec<Part>,
    end: String,
    length: u64,
}

/// A piece of a file that is UTF-8 by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) start: u64,
    pub(crate) length: u64,
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
    /// How many bytes of one text are kept in memory.
    const MOST_OF_ONE: usize = 128 << 10;

    /// Adds to the end of a text.
    pub(crate) fn add(&mut self, text: &mut Text, piece: &str) -> Result<(), Trouble> {
        text.end.push_str(piece);
        text.length += piece.len() as u64;
        self.in_memory += piece.len();
        if text.end.len() > Self::MOST_OF_ONE || self.in_memory > Self::MOST_IN_MEMORY {
            self.spill(text)?;
        }
        Ok(())
    }

    /// Forgets a text. The file is used from its start again once it holds no text.
    pub(crate) fn forget(&mut self, text: &mut Text) {
        let Text { parts, end, .. } = mem::take(text);
        self.in_memory -= end.len();
        self.used -= parts.iter().map(|part| part.length).sum::<u64>();
        if self.used == 0 {
            self.length = 0;
        }
    }

    /// Shows a text, piece by piece.
    pub(crate) fn read(&self, text: &Text, mut show: impl FnMut(&str) -> Result<(), Trouble>) -> Result<(), Trouble> {
        if let Some(file) = &self.file {
            text.parts.iter().try_for_each(|part| read_part(file, *part, &mut show))?;
        }
        show(&text.end)
    }

    /// The last bytes of a text, at most so many, from the start of a character on.
    pub(crate) fn last<'a>(&self, text: &'a Text, most: usize) -> Result<Cow<'a, str>, Trouble> {
        let mut skipped = text.length.saturating_sub(most as u64);
        if text.parts.is_empty() {
            return Ok(from_character(&text.end, usize::try_from(skipped).unwrap_or(usize::MAX)).into());
        }
        let mut last = Vec::new();
        for part in &text.parts {
            let before = skipped.min(part.length);
            skipped -= before;
            if let (true, Some(file)) = (before < part.length, &self.file) {
                let mut bytes = vec![0; usize::try_from(part.length - before).unwrap_or(usize::MAX)];
                file.read_exact_at(&mut bytes, part.start + before).map_err(|cause| Trouble::temporary(&cause))?;
                last.append(&mut bytes);
            }
        }
        last.extend_from_slice(
            text.end.as_bytes().get(usize::try_from(skipped).unwrap_or(usize::MAX)..).unwrap_or_default(),
        );
        let first = last.iter().position(|byte| !is_continuation(*byte)).unwrap_or(last.len());
        last.drain(..first);
        Ok(String::from_utf8_lossy(&last).into_owned().into())
    }

    /// Moves what a text has in memory to the file.
    fn spill(&mut self, text: &mut Text) -> Result<(), Trouble> {
        let part = Part { start: self.length, length: text.end.len() as u64 };
        opened(&mut self.file)?
            .write_all_at(text.end.as_bytes(), part.start)
            .map_err(|cause| Trouble::temporary(&cause))?;
        self.length += part.length;
        self.used += part.length;
        self.in_memory -= text.end.len();
        text.end = String::new();
        match text.parts.last_mut() {
            Some(last) if last.start + last.length == part.start => last.length += part.length,
            _ => text.parts.push(part),
        }
        Ok(())
    }
}

/// The temporary file, made when it is first needed.
pub(crate) fn opened(file: &mut Option<File>) -> Result<&mut File, Trouble> {
    let open = match file.take() {
        Some(file) => Ok(file),
        None => tempfile::tempfile(),
    };
    Ok(file.insert(open.map_err(|cause| Trouble::temporary(&cause))?))
}

/// Shows a part of a file in pieces that begin and end between characters.
pub(crate) fn read_part(
    file: &File,
    part: Part,
    mut show: impl FnMut(&str) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    const MOST: usize = 64 << 10;
    let mut buffer = vec![0; MOST.min(usize::try_from(part.length).unwrap_or(MOST))];
    let (mut at, end) = (part.start, part.start + part.length);
    while at < end {
        let count = buffer.len().min(usize::try_from(end - at).unwrap_or(MOST));
        let bytes = &mut buffer[..count];
        file.read_exact_at(bytes, at).map_err(|cause| Trouble::temporary(&cause))?;
        let valid = match str::from_utf8(bytes) {
            Ok(text) => text,
            // The last character is cut.
            Err(error) if error.valid_up_to() > 0 => str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
            Err(_) => return Err(Trouble::temporary(&io::ErrorKind::InvalidData.into())),
        };
        show(valid)?;
        at += valid.len() as u64;
    }
    Ok(())
}

/// A text without its first `skipped` bytes, nor the rest of a character that these cut.
fn from_character(text: &str, skipped: usize) -> &str {
    (skipped..=text.len()).find_map(|at| text.get(at..)).unwrap_or_default()
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(spool: &Spool, text: &Text) -> String {
        let mut whole = String::new();
        spool
            .read(text, |piece| {
                whole.push_str(piece);
                Ok(())
            })
            .unwrap();
        whole
    }

    #[test]
    fn texts_that_grow_side_by_side_are_read_one_by_one() {
        let mut spool = Spool::default();
        let mut texts: Vec<(Text, String)> = (0..40).map(|_| Default::default()).collect();
        for round in 0..300_u32 {
            for (number, (text, expected)) in texts.iter_mut().enumerate() {
                let piece = format!("{round} ö{number};").repeat(number * number);
                spool.add(text, &piece).unwrap();
                expected.push_str(&piece);
            }
            assert!(spool.in_memory <= Spool::MOST_IN_MEMORY, "memory has a bound");
        }
        for (text, expected) in &mut texts {
            assert_eq!(text.len(), expected.len() as u64);
            for most in [0, 999, 1000, 100_000] {
                let last = spool.last(text, most).unwrap();
                assert!(expected.ends_with(&*last) && last.len() + 1 >= expected.len().min(most), "the last {most}");
            }
            assert!(whole(&spool, text) == *expected);
            spool.forget(text);
        }
        assert_eq!((spool.in_memory, spool.length), (0, 0), "nothing is left");
    }

    #[test]
    fn what_fits_in_memory_makes_no_file() {
        let (mut spool, mut text) = (Spool::default(), Text::default());
        spool.add(&mut text, "one ").unwrap();
        spool.add(&mut text, "two").unwrap();
        assert!(spool.file.is_none());
        assert_eq!(whole(&spool, &text), "one two");
    }
}
