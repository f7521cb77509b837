//! XML whatever bytes it holds.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;
use quick_xml::escape::{resolve_predefined_entity, unescape_with};
use quick_xml::events::{BytesRef, BytesStart};

/// An XML declaration is no longer than this.
const LONGEST_DECLARATION: u64 = 1 << 10;

/// The input as UTF-8. What is not of its encoding becomes U+FFFD.
///
/// quick-xml has a reader of this kind, but that gives up at the first byte that is wrong.
pub(super) fn decoding(mut input: impl BufRead) -> io::Result<impl BufRead> {
    let mut start = Vec::new();
    input.by_ref().take(LONGEST_DECLARATION).read_to_end(&mut start)?;
    let encoding = declared(&start).unwrap_or(UTF_8);
    let whole = Cursor::new(start).chain(input);
    let decoded =
        DecodeReaderBytesBuilder::new().encoding(Some(encoding)).bom_override(true).strip_bom(true).build(whole);
    Ok(BufReader::new(decoded))
}

/// The encoding that the XML declaration names, if it can be: a declaration in UTF-16 could not be
/// read here, and has a byte order mark.
fn declared(start: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start));
    let (declaration, _) = start.trim_start().strip_prefix("<?xml")?.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let label = value.get(1..)?.split(['"', '\'']).next()?;
    Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != UTF_16LE && *encoding != UTF_16BE)
}

/// The text that a reference in a text stands for: itself if nobody knows it.
pub(super) fn referenced(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    resolve_predefined_entity(reference).map_or_else(|| format!("&{};", &**reference), str::to_owned)
}

/// The value of an attribute by its name without a prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    // Twice the same attribute is no reason to give up a report.
    let attribute = attributes.with_checks(false).flatten().find(|it| it.key.local_name().as_ref() == name)?;
    // With a reference that nobody knows, it stays as it is.
    let value = unescape_with(&attribute.value, resolve_predefined_entity);
    Some(value.map_or_else(|_| attribute.value.to_string(), Cow::into_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> String {
        let mut text = String::new();
        decoding(bytes).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn bytes_of_any_encoding_become_text() {
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>";
        assert!(decoded(latin).ends_with("<a>\u{e9}</a>"));
        assert_eq!(decoded(b"\xef\xbb\xbf<a>\xff\xc3\xa9</a>"), "<a>\u{fffd}\u{e9}</a>");
        assert_eq!(decoded(b"<?xml encoding=\"UTF-16\"?><a/>"), "<?xml encoding=\"UTF-16\"?><a/>");
        let wide: Vec<u8> =
            "\u{feff}<?xml encoding='UTF-16'?><a>\u{e9}</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(decoded(&wide).ends_with("<a>\u{e9}</a>"));
        let long = "<a>".to_owned() + &"\u{e9}".repeat(5000);
        assert_eq!(decoded(long.as_bytes()), long);
    }
}
