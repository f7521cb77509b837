//! Text of attachments is decoded and made fit for XML whatever its bytes and its charset, and
//! however it is cut.

#![no_main]

use libfuzzer_sys::fuzz_target;
use subunit_formats::junit::{Cleaner, Summary};
use subunit_formats::text::Decoder;

fuzz_target!(|input: &[u8]| {
    let charsets = [None, Some("text/plain;charset=utf8"), Some("text/plain; charset=\"utf-16\""), Some("text/x;charset=shift_jis")];
    for mime_type in charsets {
        let whole = clean(mime_type, [input]);
        assert!(whole.chars().all(is_xml), "XML can hold every character");
        let at = input.len() / 3;
        assert_eq!(clean(mime_type, [&input[..at], &input[at..]]), whole, "{mime_type:?}, cut at {at}");
        let _ = Summary::of(&whole, false);
    }
});

/// The text in pieces, decoded and cleaned.
fn clean<'a>(mime_type: Option<&str>, pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
    let (mut decoder, mut cleaner) = (Decoder::new(mime_type), Cleaner::default());
    let mut text = String::new();
    for piece in pieces {
        text.push_str(&cleaner.clean(&decoder.decode(piece, false), false));
    }
    text.push_str(&cleaner.clean(&decoder.decode(b"", true), true));
    text
}

/// Whether XML 1.0 can hold a character.
fn is_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
