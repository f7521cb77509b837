//! Texts that grow side by side, in memory up to a bound and beyond it in temporary files.

use std::borrow::Cow;
use std::io;

use subunit_cli::{Held, Spill, Trouble};

/// Where texts are kept.
#[derive(Debug)]
pub(crate) struct Spool(Spill);

/// A text, see [`Spool`].
#[derive(Debug, Default)]
pub(crate) struct Text(Held);

impl Text {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.len()
    }
}

impl Default for Spool {
    fn default() -> Self {
        Self(Spill::new(Self::MOST_IN_MEMORY, Self::MOST_OF_ONE))
    }
}

impl Spool {
    /// How many bytes are kept in memory, all texts together.
    const MOST_IN_MEMORY: usize = 4 << 20;
    /// How many bytes of one text are kept in memory.
    const MOST_OF_ONE: usize = 128 << 10;

    /// Adds to the end of a text.
    pub(crate) fn add(&mut self, text: &mut Text, piece: &str) -> Result<(), Trouble> {
        self.0.add(&mut text.0, piece.as_bytes())
    }

    /// Forgets a text.
    pub(crate) fn forget(&mut self, text: &mut Text) {
        self.0.forget(&mut text.0);
    }

    /// Shows a text, piece by piece.
    pub(crate) fn read(&self, text: &Text, mut show: impl FnMut(&str) -> Result<(), Trouble>) -> Result<(), Trouble> {
        self.0.read(&text.0, |piece| show(utf8(piece)?))
    }

    /// The last bytes of a text, at most so many, from the start of a character on.
    pub(crate) fn last<'a>(&self, text: &'a Text, most: usize) -> Result<Cow<'a, str>, Trouble> {
        let last = self.0.last(&text.0, most)?;
        let start = last.iter().position(|byte| !is_continuation(*byte)).unwrap_or(last.len());
        Ok(match last {
            Cow::Borrowed(bytes) => utf8(&bytes[start..])?.into(),
            Cow::Owned(bytes) => utf8(&bytes[start..])?.to_owned().into(),
        })
    }
}

/// What was read back as text: pieces are cut between characters.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, Trouble> {
    str::from_utf8(bytes).map_err(|_| Trouble::temporary(&io::ErrorKind::InvalidData.into()))
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_text_begins_with_a_whole_character() {
        let (mut spool, mut text, mut expected) = (Spool::default(), Text::default(), String::new());
        for round in 0..300_u32 {
            let piece = format!("{round} ö日;").repeat(100);
            spool.add(&mut text, &piece).unwrap();
            expected.push_str(&piece);
            for most in [0, 999, 1000, 1001, 100_000] {
                let last = spool.last(&text, most).unwrap();
                assert!(expected.ends_with(&*last), "the last {most}");
                assert!(last.len() <= most && last.len() + 2 >= expected.len().min(most), "the last {most}");
            }
        }
        let mut read = String::new();
        spool
            .read(&text, |piece| {
                read.push_str(piece);
                Ok(())
            })
            .unwrap();
        assert!(read == expected, "the whole text");
    }
}
