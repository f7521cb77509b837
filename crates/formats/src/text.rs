//! Attachments as text for people.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::str;

use encoding_rs::{Encoding, UTF_8};
use subunit_codec::Attachment;
use subunit_codec::names::{REASON, STDERR, STDOUT, TAP_COMMENT, TRACEBACK};

/// Whether a MIME type is one of text.
///
/// ```
/// use subunit_formats::text::is_text;
///
/// assert!(is_text(Some("text/x-traceback;charset=utf8")));
/// assert!(!is_text(Some("application/octet-stream")));
/// assert!(!is_text(None), "what has no type is bytes");
/// ```
#[must_use]
pub fn is_text(mime_type: Option<&str>) -> bool {
    mime_type.is_some_and(|name| name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("text/")))
}

/// Whether an attachment is text: by its MIME type, or because it has one of the names under which
/// runners attach text.
///
/// ```
/// use subunit_formats::text::is_text_attachment;
///
/// assert!(is_text_attachment("log", Some("text/plain")));
/// assert!(is_text_attachment("traceback", None));
/// assert!(!is_text_attachment("screenshot", Some("image/png")));
/// ```
#[must_use]
pub fn is_text_attachment(name: &str, mime_type: Option<&str>) -> bool {
    is_text(mime_type) || matches!(name, STDOUT | STDERR | TRACEBACK | REASON | TAP_COMMENT)
}

/// Decodes text by the charset that its MIME type names. Bytes that the charset does not have
/// become U+FFFD; a charset that nobody knows, or none, is UTF-8.
///
/// ```
/// use subunit_formats::text::decode;
///
/// assert_eq!(decode(Some("text/plain; charset=\"latin-1\""), b"caf\xe9"), "café");
/// assert_eq!(decode(Some("text/plain; charset=nosuch"), b"caf\xe9"), "caf\u{fffd}");
/// ```
#[must_use]
pub fn decode<'a>(mime_type: Option<&str>, bytes: &'a [u8]) -> Cow<'a, str> {
    encoding(mime_type).decode_without_bom_handling(bytes).0
}

/// The text of an attachment, as far as it was
/// [kept](subunit_codec::Assembler::keeping_heads). If it was cut, a last line says how many bytes
/// are missing.
#[must_use]
pub fn kept(attachment: &Attachment) -> String {
    let kept = attachment.bytes.as_deref().unwrap_or_default();
    let missing = attachment.size - kept.len() as u64;
    // A character at the cut that is not whole is left out.
    let mut text = Decoder::new(attachment.mime_type.as_deref()).decode(kept, missing == 0).into_owned();
    if missing > 0 {
        // A string takes whatever is written.
        let _ = write!(text, "\n[... {missing} more bytes]");
    }
    text
}

/// Decodes text that comes in pieces, as [`decode`] decodes it whole: a character may be cut by the
/// end of a piece.
///
/// ```
/// use subunit_formats::text::Decoder;
///
/// let mut decoder = Decoder::new(Some("text/plain;charset=utf8"));
/// let mut text = String::new();
/// text += &decoder.decode(b"caf\xc3", false);
/// text += &decoder.decode(b"\xa9 \xff", true);
/// assert_eq!(text, "café \u{fffd}");
/// ```
pub struct Decoder(encoding_rs::Decoder);

impl Decoder {
    /// A decoder for text of this MIME type.
    #[must_use]
    pub fn new(mime_type: Option<&str>) -> Self {
        Self(encoding(mime_type).new_decoder_without_bom_handling())
    }

    /// Decodes the next bytes, after which `is_last` says that there are no more.
    #[expect(clippy::missing_panics_doc, reason = "it cannot")]
    pub fn decode<'a>(&mut self, bytes: &'a [u8], is_last: bool) -> Cow<'a, str> {
        if self.is_at_utf8()
            && let Ok(text) = str::from_utf8(bytes)
        {
            return text.into();
        }
        let most = self.0.max_utf8_buffer_length(bytes.len());
        let most = most.expect("what is in memory three times is less than all there can be");
        let mut text = String::with_capacity(most);
        // With that room, all of it is decoded at once.
        let _ = self.0.decode_to_string(bytes, &mut text, is_last);
        text.into()
    }

    /// Whether a character of UTF-8 begins here, not one that was cut or of another encoding.
    fn is_at_utf8(&self) -> bool {
        // Of a decoder in the middle of a character, it says that it takes no byte as it is, not
        // even none.
        self.0.encoding() == UTF_8 && self.0.latin1_byte_compatible_up_to(b"").is_some()
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Decoder").field(&self.0.encoding().name()).finish()
    }
}

/// The encoding that the parameter `charset` names. Version 1 separates parameters with commas.
fn encoding(mime_type: Option<&str>) -> &'static Encoding {
    let parameters = mime_type.unwrap_or_default().split([';', ',']).skip(1);
    let charset = parameters
        .filter_map(|parameter| parameter.split_once('='))
        .find_map(|(name, value)| name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"')));
    match charset {
        // So most say, and the search for a label takes longer.
        None | Some("utf8" | "utf-8" | "UTF-8") => UTF_8,
        Some(label) => Encoding::for_label(python_label(label).as_bytes()).unwrap_or(UTF_8),
    }
}

/// A spelling of Python's that the web does not have.
fn python_label(label: &str) -> &str {
    if label.eq_ignore_ascii_case("latin-1") { "latin1" } else { label }
}

#[cfg(test)]
mod tests {
    use subunit_codec::{Assembler, Event, Packet, Status, encode};

    use super::*;

    /// What is kept of a text if its first bytes are, as many as `most`.
    fn kept_of(bytes: &[u8], most: usize, mime_type: &str) -> String {
        let mut packet = Vec::new();
        encode(&Event::test("a").status(Status::Fail).file("log", bytes).mime_type(mime_type).eof(), &mut packet)
            .unwrap();
        let mut tests = Assembler::keeping_heads(most);
        kept(&tests.push(&Packet::parse(&packet).unwrap()).unwrap().attachments[0])
    }

    #[test]
    fn a_text_that_is_cut_ends_with_a_whole_character_and_a_mark() {
        let utf8 = "text/plain;charset=utf8";
        for (bytes, most, text) in [
            (&b"caf\xc3\xa9"[..], 5, "café"),
            (b"caf\xc3", 4, "caf\u{fffd}"),
            (b"caf\xc3\xa9", 4, "caf\n[... 1 more bytes]"),
            (b"123456789", 0, "\n[... 9 more bytes]"),
        ] {
            assert_eq!(kept_of(bytes, most, utf8), text);
        }
        assert_eq!(kept_of(b"\xe9", 1, "text/plain;charset=latin1"), "é");
    }

    #[test]
    fn cuts_change_nothing() {
        let bytes = b"plain \xe6\x97\xa5\x1b$BF|\x1b(B \xc3 \xff caf\xc3\xa9";
        for charset in ["utf8", "latin-1", "iso-2022-jp", "shift_jis", "utf-16"] {
            let mime_type = format!("text/plain;charset={charset}");
            let whole = decode(Some(&mime_type), bytes);
            for cut in 0..=bytes.len() {
                let mut decoder = Decoder::new(Some(&mime_type));
                let pieces = decoder.decode(&bytes[..cut], false).into_owned() + &decoder.decode(&bytes[cut..], true);
                assert_eq!(pieces, whole, "{charset} cut at {cut}");
            }
        }
    }

    #[test]
    fn charsets_are_read_as_producers_write_them() {
        for mime_type in [
            "text/plain;charset=iso-8859-1",
            "text/plain; language=python; Charset=ISO-8859-1",
            "text/x-traceback;charset=latin1,language=python",
        ] {
            assert_eq!(decode(Some(mime_type), b"\xe9"), "é", "{mime_type}");
        }
        for mime_type in [None, Some("text/plain"), Some("text/plain; charset"), Some("text/plain; charset=utf8")] {
            assert_eq!(decode(mime_type, "é".as_bytes()), "é", "{mime_type:?}");
        }
    }
}
