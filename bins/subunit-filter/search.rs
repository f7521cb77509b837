//! Looks for patterns in the text of a test, as it comes.

use std::collections::HashMap;

use memchr::memrchr;
use subunit_codec::Packet;
use subunit_formats::text::{decode, is_text, is_utf8};

use crate::rules::{Rules, Standing};

/// The text attachments of a test that have not ended, as far as they were not searched.
///
/// An attachment is searched as a whole when it ends. One that is longer than [`WINDOW`](Self::WINDOW) is searched in parts that
/// overlap, cut at line ends: a match over more lines than the overlap holds is then missed.
#[derive(Debug, Default)]
pub(crate) struct Search {
    unended: HashMap<String, Attachment>,
}

#[derive(Debug)]
struct Attachment {
    mime_type: Option<String>,
    bytes: Vec<u8>,
}

impl Search {
    /// The most of an attachment that is searched at once.
    const WINDOW: usize = 1 << 18;
    /// How much of a window the next one begins with.
    const OVERLAP: usize = 1 << 14;

    /// Takes in the part of a file that a packet carries.
    pub(crate) fn take_in(&mut self, packet: &Packet<'_>, rules: &Rules, standing: &mut Standing) {
        let Some((name, bytes)) = packet.file_name().zip(packet.file_bytes()) else { return };
        let known = self.unended.remove(name);
        if known.is_none() && packet.is_eof() {
            return search(packet.mime_type(), bytes, rules, standing);
        }
        let mut attachment = known.unwrap_or(Attachment { mime_type: None, bytes: Vec::new() });
        attachment.mime_type = attachment.mime_type.or(packet.mime_type().map(str::to_owned));
        for piece in bytes.chunks(Self::WINDOW) {
            attachment.bytes.extend_from_slice(piece);
            if attachment.bytes.len() >= Self::WINDOW {
                attachment.search_window(rules, standing);
            }
        }
        if packet.is_eof() {
            attachment.search(rules, standing);
        } else {
            self.unended.insert(name.to_owned(), attachment);
        }
    }

    /// Searches what is left when the test ends.
    pub(crate) fn finish(&mut self, rules: &Rules, standing: &mut Standing) {
        for (_, attachment) in self.unended.drain() {
            attachment.search(rules, standing);
        }
    }
}

impl Attachment {
    fn search(&self, rules: &Rules, standing: &mut Standing) {
        search(self.mime_type.as_deref(), &self.bytes, rules, standing);
    }

    /// Searches whole lines, or what there is of a line longer than the window, and lets go of them, but for the overlap.
    fn search_window(&mut self, rules: &Rules, standing: &mut Standing) {
        let newline = memrchr(b'\n', &self.bytes);
        let end = newline.map_or(self.bytes.len(), |newline| newline + 1);
        search(self.mime_type.as_deref(), &self.bytes[..end], rules, standing);
        let overlap = end.saturating_sub(Search::OVERLAP);
        let line = self.bytes[overlap..end].iter().position(|byte| *byte == b'\n').map(|at| overlap + at + 1);
        self.bytes.drain(..line.unwrap_or(overlap));
    }
}

fn search(mime_type: Option<&str>, bytes: &[u8], rules: &Rules, standing: &mut Standing) {
    if !is_text(mime_type) || !rules.wants_text(standing) {
        return;
    }
    if is_utf8(mime_type) {
        rules.take_in_text(standing, bytes);
    } else {
        rules.take_in_text(standing, decode(mime_type, bytes).as_bytes());
    }
}
