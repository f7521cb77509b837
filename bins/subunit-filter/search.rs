//! Searches the text attachments of a test for the patterns, as they arrive.

use std::collections::HashMap;
use std::mem;

use memchr::{memchr, memrchr};
use subunit_codec::Packet;
use subunit_formats::text::{Decoder, decode, is_text};

use crate::rules::{RuleState, Rules};

/// The unfinished text attachments of a test, as far as they have not been searched.
///
/// An attachment is searched as a whole when it ends. One that is longer than
/// [`WINDOW`](Self::WINDOW) is searched in windows that are cut at line ends and overlap: a match
/// that is longer than the overlap may be missed.
#[derive(Debug, Default)]
pub(crate) struct Search {
    unended: HashMap<String, Attachment>,
}

#[derive(Debug, Default)]
struct Attachment {
    mime_type: Option<String>,
    /// Bytes that have not been decoded.
    bytes: Vec<u8>,
    decoder: Option<Decoder>,
    /// Decoded text that may still be part of a match.
    text: String,
}

impl Search {
    /// The length of a window, in bytes.
    const WINDOW: usize = 1 << 18;
    /// How much of a window the next one repeats.
    const OVERLAP: usize = 1 << 14;

    /// Searches the part of a file that a packet carries, or keeps it until more has come.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>, rules: &Rules, state: &mut RuleState) {
        let Some((name, bytes)) = packet.file_name().zip(packet.file_bytes()) else { return };
        let known = self.unended.remove(name);
        if known.is_none() && packet.is_eof() {
            return search(packet.mime_type(), bytes, rules, state);
        }
        let mut attachment = known.unwrap_or_default();
        attachment.mime_type = attachment.mime_type.or(packet.mime_type().map(str::to_owned));
        for piece in bytes.chunks(Self::WINDOW) {
            attachment.bytes.extend_from_slice(piece);
            if attachment.bytes.len() + attachment.text.len() >= Self::WINDOW {
                attachment.search_window(rules, state);
            }
        }
        if packet.is_eof() {
            attachment.search(rules, state);
        } else {
            self.unended.insert(name.to_owned(), attachment);
        }
    }

    /// Searches the unfinished attachments: the test has ended.
    pub(crate) fn finish(&mut self, rules: &Rules, state: &mut RuleState) {
        for (_, attachment) in self.unended.drain() {
            attachment.search(rules, state);
        }
    }
}

impl Attachment {
    /// Searches the rest of the attachment.
    fn search(mut self, rules: &Rules, state: &mut RuleState) {
        if self.decode(true) {
            rules.search(state, self.text.as_bytes());
        }
    }

    /// Searches the whole lines in the window, or the start of a line that is longer than the
    /// window, and drops all but the overlap.
    fn search_window(&mut self, rules: &Rules, state: &mut RuleState) {
        if !self.decode(false) {
            return;
        }
        let text = self.text.as_bytes();
        let end = memrchr(b'\n', text).map_or(text.len(), |newline| newline + 1);
        rules.search(state, &text[..end]);
        let overlap = (0..=end.saturating_sub(Search::OVERLAP)).rev().find(|at| self.text.is_char_boundary(*at));
        let overlap = overlap.unwrap_or_default();
        let line = memchr(b'\n', &text[overlap..end]).map(|at| overlap + at + 1);
        self.text.drain(..line.unwrap_or(overlap));
    }

    /// Decodes the bytes that have arrived, and says whether they are text. Line ends are looked
    /// for in decoded text only: in UTF-16 a newline has two bytes.
    fn decode(&mut self, is_last: bool) -> bool {
        let bytes = mem::take(&mut self.bytes);
        let mime_type = self.mime_type.as_deref();
        let is_text = is_text(mime_type);
        if is_text {
            let decoder = self.decoder.get_or_insert_with(|| Decoder::new(mime_type));
            self.text.push_str(&decoder.decode(&bytes, is_last));
        }
        is_text
    }
}

fn search(mime_type: Option<&str>, bytes: &[u8], rules: &Rules, state: &mut RuleState) {
    if is_text(mime_type) && rules.wants_text(state) {
        rules.search(state, decode(mime_type, bytes).as_bytes());
    }
}
