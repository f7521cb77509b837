//! Strings from a stream, made harmless for a line that people read.

use std::borrow::Cow;
use std::fmt::Write;

/// `text` with its control characters escaped: a test id must not end a line, clear a screen or
/// reorder the words around it.
///
/// Escaped are C0 and DEL (`\n`, `\r`, `\t`, `\x1b`), C1 (`\x9b`), the line and paragraph
/// separators and the bidirectional controls (`\u202e`). All other characters stay, the backslash
/// too, so that the text of most ids is unchanged.
///
/// ```
/// use subunit_cli::escape;
///
/// assert_eq!(escape("tests.Café[a\\b]"), "tests.Café[a\\b]");
/// assert_eq!(escape("a\n\u{1b}[2J\u{202e}"), r"a\n\x1b[2J\u202e");
/// ```
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if is_plain_ascii(text) {
        return text.into();
    }
    let Some(first) = text.find(is_hostile) else { return text.into() };
    let (plain, rest) = text.split_at(first);
    let mut escaped = String::with_capacity(text.len() + 16);
    escaped.push_str(plain);
    for character in rest.chars() {
        push_escaped(&mut escaped, character);
    }
    escaped.into()
}

/// Whether there are only visible ASCII characters and spaces, as in nearly all ids. Blocks without
/// an early exit are compiled to vector instructions; the last one overlaps the one before.
fn is_plain_ascii(text: &str) -> bool {
    let is_plain = |bytes: &[u8]| bytes.iter().fold(true, |is_all, byte| is_all & matches!(byte, b' '..=b'~'));
    let (blocks, rest) = text.as_bytes().as_chunks::<16>();
    let last = text.as_bytes().last_chunk::<16>().map_or(rest, |block| block);
    blocks.iter().all(|block| is_plain(block)) && is_plain(last)
}

/// Makes non-test output harmless for a terminal: as [`escape`] does, but newline and tab stay.
///
/// The text may be cut anywhere. The start of a UTF-8 character is held until the rest of it comes,
/// and bytes that are not UTF-8 become U+FFFD. An escape sequence needs no memory: without its
/// first character, the rest of it is plain text.
#[derive(Debug, Default)]
pub(crate) struct HarmlessText {
    /// The start of a character, at most three bytes.
    held: Vec<u8>,
}

impl HarmlessText {
    /// The next bytes of the text, made harmless.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> String {
        let bytes = if self.held.is_empty() { Cow::Borrowed(bytes) } else { [&self.held, bytes].concat().into() };
        self.held.clear();
        let mut text = String::with_capacity(bytes.len());
        let mut rest = &bytes[..];
        for chunk in bytes.utf8_chunks() {
            for character in chunk.valid().chars() {
                match character {
                    '\n' | '\t' => text.push(character),
                    _ => push_escaped(&mut text, character),
                }
            }
            let invalid = chunk.invalid();
            rest = &rest[chunk.valid().len() + invalid.len()..];
            let may_go_on = str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
            if rest.is_empty() && may_go_on {
                self.held.extend_from_slice(invalid);
            } else if !invalid.is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        text
    }

    /// What is left when the text has ended.
    pub(crate) fn end(&mut self) -> &'static str {
        let is_whole = self.held.is_empty();
        self.held.clear();
        if is_whole { "" } else { "\u{fffd}" }
    }
}

fn push_escaped(to: &mut String, character: char) {
    // Writing to a string cannot fail.
    let _ = match character {
        '\n' => to.write_str("\\n"),
        '\r' => to.write_str("\\r"),
        '\t' => to.write_str("\\t"),
        _ if !is_hostile(character) => to.write_char(character),
        '\0'..='\u{ff}' => write!(to, "\\x{:02x}", u32::from(character)),
        _ => write!(to, "\\u{:04x}", u32::from(character)),
    };
}

/// Whether a character can change more of the screen than its own place.
fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_character_is_left() {
        let hostile: String = (0..0x3000).filter_map(char::from_u32).filter(|c| is_hostile(*c)).collect();
        assert_eq!(
            hostile.chars().count(),
            65 + 3 + 7 + 4,
            "C0, DEL and C1, marks, separators and embeddings, isolates"
        );
        let escaped = escape(&hostile);
        assert!(!escaped.contains(is_hostile));
        assert!(escaped.starts_with(r"\x00\x01") && escaped.contains(r"\x7f\x80") && escaped.ends_with(r"\u2069"));
    }

    #[test]
    fn harmless_text_does_not_depend_on_where_it_is_cut() {
        let text = b"tab\there\nclear \x1b[2J\r\xc2\x9b bell\x07 caf\xc3\xa9 \xe2\x80\xae \xf0\x9f\x91\xa9 bad \xe9 \x9b end \xe2\x80";
        let expected = "tab\there\nclear \\x1b[2J\\r\\x9b bell\\x07 café \\u202e 👩 bad \u{fffd} \u{fffd} end \u{fffd}";
        for (first, second) in (0..=text.len()).flat_map(|a| (a..=text.len()).map(move |b| (a, b))) {
            let mut harmless = HarmlessText::default();
            let pieces = [&text[..first], &text[first..second], &text[second..]];
            let mut shown: String = pieces.iter().map(|piece| harmless.push(piece)).collect();
            shown.push_str(harmless.end());
            assert_eq!(shown, expected, "cut at {first} and {second}");
        }
    }

    #[test]
    fn text_without_control_characters_is_borrowed() {
        for text in ["", "plain", "añ€𐍈 \\n", "emoji 👩\u{200d}🔬 keep their joiners"] {
            assert!(matches!(escape(text), Cow::Borrowed(same) if same == text));
        }
    }
}
