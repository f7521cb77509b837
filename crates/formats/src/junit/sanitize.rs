//! Text made fit for XML 1.0 and for people.

use std::borrow::Cow;
use std::fmt::Write;
use std::mem;

use super::ansi::{self, Sequence};
use super::byte_search::{is_one_of, position};

/// Makes text fit for XML 1.0 that comes in pieces: takes out the sequences that drive a terminal,
/// and shows what is no character of XML by its number, as `\x07` or `\ufffe`.
///
/// ```
/// use subunit_formats::junit::Cleaner;
///
/// let (mut cleaner, mut text) = (Cleaner::default(), String::new());
/// text += &cleaner.clean("\u{1b}[3", false);
/// text += &cleaner.clean("1mred\u{1b}[0m\u{7}", true);
/// assert_eq!(text, r"red\x07");
/// ```
#[derive(Debug, Default)]
pub struct Cleaner {
    /// A sequence that was cut by the end of a piece.
    cut: String,
}

impl Cleaner {
    /// Cleans the next piece. After the last one nothing is kept back.
    pub fn clean<'a>(&mut self, piece: &'a str, is_last: bool) -> Cow<'a, str> {
        if self.cut.is_empty() && first_suspect(piece.as_bytes()).is_none() {
            return piece.into();
        }
        let mut text = mem::take(&mut self.cut);
        text.push_str(piece);
        let mut clean = String::with_capacity(text.len());
        self.cut.push_str(rest(&text, is_last, &mut clean));
        clean.into()
    }
}

/// A whole text, made fit for XML 1.0 as a [`Cleaner`] does.
///
/// ```
/// use subunit_formats::junit::clean;
///
/// assert_eq!(clean("\u{1b}[1mbold\u{1b}[m: \0"), r"bold: \x00");
/// ```
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if first_suspect(text.as_bytes()).is_none() {
        return text.into();
    }
    let mut clean = String::with_capacity(text.len());
    rest(text, true, &mut clean);
    clean.into()
}

/// Cleans a text, and gives back what may be the start of a sequence at its end.
fn rest<'a>(mut text: &'a str, is_last: bool, clean: &mut String) -> &'a str {
    while let Some(at) = first_suspect(text.as_bytes()) {
        let (good, suspect) = text.split_at(at);
        clean.push_str(good);
        let character = suspect.chars().next().unwrap_or_default();
        let sequence = if character == '\x1b' { ansi::sequence(suspect.as_bytes()) } else { Sequence::None };
        text = match sequence {
            Sequence::Whole(length) => &suspect[length..],
            Sequence::Cut if !is_last => return suspect,
            Sequence::Cut | Sequence::None => {
                push_visible(character, clean);
                &suspect[character.len_utf8()..]
            }
        };
    }
    clean.push_str(text);
    ""
}

/// The first byte of U+FFFE and U+FFFF, and of others.
const LAST_PLANE: u8 = 0xef;

/// Whether a byte is one of a character that is none of XML 1.0, or may be one.
#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "lazy operators are branches")]
pub(super) fn is_suspect(byte: u8) -> bool {
    (byte < b' ') & !is_one_of(byte, b"\t\n\r") | (byte == LAST_PLANE)
}

/// Where the first character stands that is none of XML 1.0, or may be an escape sequence.
fn first_suspect(text: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + position(&text[from..], is_suspect)?;
        if text[at] != LAST_PLANE || matches!(text[at + 1..], [0xbf, 0xbe | 0xbf, ..]) {
            return Some(at);
        }
        from = at + 1;
    }
}

fn push_visible(character: char, clean: &mut String) {
    let number = u32::from(character);
    let written = if number < 0x80 { write!(clean, "\\x{number:02x}") } else { write!(clean, "\\u{number:04x}") };
    written.expect("a string takes any text");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether XML 1.0 has the character: production 2, "Char".
    fn is_in_xml(character: char) -> bool {
        matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    }

    #[test]
    fn what_xml_has_stays_and_what_it_has_not_is_shown() {
        for character in '\0'..=char::MAX {
            let text = format!("a{character}\n");
            let clean = clean(&text);
            assert_eq!(clean == text, is_in_xml(character), "{character:?} becomes {clean:?}");
            assert!(clean.chars().all(is_in_xml), "{character:?} becomes {clean:?}");
        }
        assert_eq!(clean("\x0b \u{ffff} \x1b"), r"\x0b \uffff \x1b");
    }

    #[test]
    fn cuts_change_nothing() {
        let text = "a\x1b[1;31mb\x1b]8;;x\x1b\\c\x1b[\n\u{fffe}\x1b(Bd\x1b\x1b[0me\x1b[";
        let whole = clean(text);
        assert_eq!(whole, "abc\\x1b[\n\\ufffed\\x1be\\x1b[");
        for (first, _) in text.char_indices() {
            for (second, _) in text.char_indices().filter(|(second, _)| *second >= first) {
                let (mut cleaner, mut pieces) = (Cleaner::default(), String::new());
                pieces += &cleaner.clean(&text[..first], false);
                pieces += &cleaner.clean(&text[first..second], false);
                pieces += &cleaner.clean(&text[second..], true);
                assert_eq!(pieces, whole, "cut at {first} and {second}");
            }
        }
    }
}
