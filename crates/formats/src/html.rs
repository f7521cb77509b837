//! HTML that holds whatever a stream does.

use std::borrow::Cow;
use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// A text as it stands in an element or in an attribute with quotation marks: never markup.
///
/// ```
/// use subunit_formats::html::escape;
///
/// assert_eq!(escape("</pre><img onerror='x'>"), "&lt;/pre&gt;&lt;img onerror=&apos;x&apos;&gt;");
/// ```
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    quick_xml::escape::escape(text)
}

/// Adds a value as JSON that stands in a `script` element: no string in it ends the element, begins
/// a comment, or ends a line of a script.
///
/// ```
/// use subunit_formats::html::push_json;
///
/// let mut json = Vec::new();
/// push_json(&["</script>", "\u{2028}"], &mut json);
/// assert_eq!(json, br#"["\u003c/script\u003e","\u2028"]"#);
/// ```
///
/// # Panics
///
/// If a map in the value has keys that are no strings.
pub fn push_json(value: &impl Serialize, to: &mut Vec<u8>) {
    let written = value.serialize(&mut Serializer::with_formatter(to, ForScripts));
    written.expect("memory takes any bytes, and strings, numbers and lists are JSON");
}

/// JSON without the characters that mean something to a parser of HTML or JavaScript.
struct ForScripts;

impl Formatter for ForScripts {
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = first_special(rest) {
            let (plain, special) = rest.split_at(at);
            let character = special.chars().next().unwrap_or_default();
            write!(writer, "{plain}\\u{:04x}", u32::from(character))?;
            rest = &special[character.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

fn first_special(text: &str) -> Option<usize> {
    // Most ids hold none, and a search by characters takes longer.
    let is_suspect = |byte: u8| matches!(byte, b'<' | b'>' | b'&' | 0xe2);
    let from = text.bytes().position(is_suspect)?;
    // Each of these bytes begins a character: 0xE2 that of U+2028, or many another.
    text[from..].find(['<', '>', '&', '\u{2028}', '\u{2029}']).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_string_is_read_back_and_is_no_markup(texts in prop::collection::vec("(?s).*|[<>&\u{2028}\u{2029}/sl€é]*", 0..4)) {
            let mut json = Vec::new();
            push_json(&texts, &mut json);
            let json = String::from_utf8(json).expect("JSON is UTF-8");
            let special = ['<', '>', '&', '\u{2028}', '\u{2029}'];
            prop_assert!(!json.contains(special), "it holds none of these");
            let back: Vec<String> = serde_json::from_str(&json).expect("it is JSON");
            prop_assert_eq!(back, texts);
        }

        #[test]
        fn escaped_text_holds_no_markup(text in "(?s).*|[<>&\"']*") {
            let escaped = escape(&text);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
            prop_assert_eq!(quick_xml::escape::unescape(&escaped).expect("entities are known"), text.as_str());
        }
    }
}
