//! Looks for patterns in the text of a test, as it comes.

use std::collections::HashMap;
use std::mem;

use memchr::{memchr, memrchr};
use subunit_codec::Packet;
use subunit_formats::text::{Decoder, decode, is_text};

use crate::rules::{RuleState, Rules};

/// The text attachments of a test that have not ended, as far as they were not searched.
///
/// An attachment is searched as a whole when it ends. One that is longer than [`WINDOW`](Self::WINDOW) is searched in parts that
/// overlap, cut at line ends: a match over more lines than the overlap holds is then missed.
#[derive(Debug, Default)]
pub(crate) struct Search {
    unended: HashMap<String, Attachment>,
}

#[derive(Debug, Default)]
struct Attachment {
    mime_type: Option<String>,
    /// What was not decoded yet.
    bytes: Vec<u8>,
    decoder: Option<Decoder>,
    /// What was decoded and not searched as a whole.
    text: String,
}

impl Search {
    /// The most of an attachment that is searched at once.
    const WINDOW: usize = 1 << 18;
    /// How much of a window the next one begins with.
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

    /// Searches what is left when the test ends.
    pub(crate) fn finish(&mut self, rules: &Rules, state: &mut RuleState) {
        for (_, attachment) in self.unended.drain() {
            attachment.search(rules, state);
        }
    }
}

impl Attachment {
    /// Searches the rest, after which nothing comes.
    fn search(mut self, rules: &Rules, state: &mut RuleState) {
        if self.decode(true) {
            rules.search(state, self.text.as_bytes());
        }
    }

    /// Searches whole lines, or what there is of a line longer than the window, and lets go of them, but for the overlap.
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

    /// Decodes what came, and says whether it is text. Line ends are only seen in what was decoded: in UTF-16, say, a newline is two
    /// bytes.
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
