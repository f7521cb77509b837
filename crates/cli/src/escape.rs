//! Strings from a stream, made harmless for a line that people read.

use std::borrow::Cow;
use std::fmt::Write;

/// `text` with its control characters escaped: a test id must not end a line, clear a screen or reorder the words around it.
///
/// Escaped are C0 and DEL (`\n`, `\r`, `\t`, `\x1b`), C1 (`\x9b`), the line and paragraph separators and the bidirectional
/// controls (`\u202e`). All other characters stay, the backslash too, so that the text of most ids is unchanged.
///
/// ```
/// use subunit_cli::escape;
///
/// assert_eq!(escape("tests.Café[a\\b]"), "tests.Café[a\\b]");
/// assert_eq!(escape("a\n\u{1b}[2J\u{202e}"), r"a\n\x1b[2J\u202e");
/// ```
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(is_hostile) else { return text.into() };
    let (plain, rest) = text.split_at(first);
    let mut escaped = String::with_capacity(text.len() + 16);
    escaped.push_str(plain);
    for character in rest.chars() {
        push_escaped(&mut escaped, character);
    }
    escaped.into()
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
    fn text_without_control_characters_is_borrowed() {
        for text in ["", "plain", "añ€𐍈 \\n", "emoji 👩\u{200d}🔬 keep their joiners"] {
            assert!(matches!(escape(text), Cow::Borrowed(same) if same == text));
        }
    }
}
