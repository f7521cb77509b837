//! A text that is cut in the middle.

use std::mem;

use crate::junit::Cleaner;
use crate::text::Decoder;

/// The start and the end of a text of any length, for people to read: decoded by the charset of its
/// MIME type, without the sequences that drive a terminal, and with other control characters shown
/// as `\x07`.
///
/// ```
/// use subunit_formats::excerpt::{Excerpt, Reading};
///
/// let mut reading = Reading::new(Some("text/plain;charset=latin1"), 4);
/// for piece in [&b"caf\xe9 \x1b[31"[..], b"mbar and g", b"rill"] {
///     reading.push(piece);
/// }
/// let excerpt = Excerpt { start: "ca".into(), left_out: 15, end: "ll".into() };
/// assert_eq!(reading.end(), excerpt);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// The start, or all of a text that is short enough.
    pub start: String,
    /// How many bytes are left out between start and end, as UTF-8.
    pub left_out: u64,
    /// The end.
    pub end: String,
}

/// A text that is read in pieces, of which an [`Excerpt`] remains.
#[derive(Debug)]
pub struct Reading {
    decoder: Decoder,
    cleaner: Cleaner,
    /// How many bytes are kept at either end.
    half: usize,
    excerpt: Excerpt,
}

impl Reading {
    /// How many bytes are decoded at once: one byte may become many.
    const AT_ONCE: usize = 32 << 10;

    /// Begins a text of this MIME type, of which at most `most` bytes are kept.
    #[must_use]
    pub fn new(mime_type: Option<&str>, most: usize) -> Self {
        let (decoder, cleaner) = (Decoder::new(mime_type), Cleaner::default());
        Self { decoder, cleaner, half: most / 2, excerpt: Excerpt::default() }
    }

    /// Adds the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        bytes.chunks(Self::AT_ONCE).for_each(|bytes| self.add(bytes, false));
    }

    /// What is kept of the text, now that it has ended.
    #[must_use]
    pub fn end(mut self) -> Excerpt {
        self.add(b"", true);
        self.excerpt.keep_end(self.half);
        if self.excerpt.left_out == 0 {
            let end = mem::take(&mut self.excerpt.end);
            self.excerpt.start += &end;
        }
        self.excerpt
    }

    fn add(&mut self, bytes: &[u8], is_last: bool) {
        let text = self.decoder.decode(bytes, is_last);
        let text = self.cleaner.clean(&text, is_last);
        let Excerpt { start, end, .. } = &mut self.excerpt;
        // Once something is in the end, the start is as long as it can be.
        let room = if end.is_empty() { self.half - start.len() } else { 0 };
        let (first, rest) = text.split_at(boundary_before(&text, room));
        start.push_str(first);
        end.push_str(rest);
        if end.len() > 2 * self.half {
            self.excerpt.keep_end(self.half);
        }
    }
}

impl Excerpt {
    /// Shortens the end to so many bytes.
    fn keep_end(&mut self, most: usize) {
        let surplus = self.end.len().saturating_sub(most);
        let mut places = surplus..=self.end.len();
        let at = places.find(|at| self.end.is_char_boundary(*at)).unwrap_or_default();
        self.end.drain(..at);
        self.left_out += at as u64;
    }
}

/// The last place for a cut that leaves at most so many bytes.
fn boundary_before(text: &str, most: usize) -> usize {
    (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_in_the_input_change_nothing_and_no_character_is_cut() {
        let text = "aé日👩\u{1b}[1m\n".repeat(40);
        let clean = text.replace("\u{1b}[1m", "");
        for most in [0, 1, 7, 64, clean.len() - 1, clean.len(), clean.len() + 2] {
            for piece in [1, 3, 10, text.len()] {
                let mut reading = Reading::new(None, most);
                text.as_bytes().chunks(piece).for_each(|bytes| reading.push(bytes));
                let Excerpt { start, left_out, end } = reading.end();
                assert!(clean.starts_with(&start) && clean.ends_with(&end), "{most} of it in pieces of {piece}");
                assert_eq!(start.len() as u64 + left_out + end.len() as u64, clean.len() as u64);
                assert!(start.len() + end.len() <= most);
                assert_eq!(left_out == 0, most / 2 * 2 >= clean.len(), "a text that fits is whole");
            }
        }
    }
}
