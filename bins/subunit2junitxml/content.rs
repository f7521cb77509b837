//! What stands in an element, cut in the middle if it is too long for readers.

use subunit_cli::Trouble;

use crate::text_store::Text;

/// The most bytes that libxml2 takes as one text, after entities are resolved: with more, it
/// refuses the whole report, and with it all that read by libxml2 (lxml, Nokogiri, `xmllint`).
pub(crate) const MOST: u64 = 10_000_000;
/// How much is kept of either end of a longer text. The rest is for the line that says so.
const HALF: u64 = MOST / 2 - 100;

/// Takes content, piece by piece.
pub(crate) trait Pieces {
    /// Takes a piece of clean text.
    fn literal(&mut self, text: &str) -> Result<(), Trouble>;
    /// Takes a text of the spool.
    fn stored(&mut self, text: &Text) -> Result<(), Trouble>;
}

/// Adds up how long content is.
#[derive(Debug, Default)]
pub(crate) struct Length(pub(crate) u64);

impl Pieces for Length {
    fn literal(&mut self, text: &str) -> Result<(), Trouble> {
        self.0 += text.len() as u64;
        Ok(())
    }

    fn stored(&mut self, text: &Text) -> Result<(), Trouble> {
        self.0 += text.len();
        Ok(())
    }
}

/// Cuts the middle out of content whose length is known.
#[derive(Debug)]
pub(crate) struct Cut {
    /// How much there is.
    length: u64,
    /// How much has passed.
    passed: u64,
    left_out: u64,
    is_told: bool,
}

impl Cut {
    pub(crate) fn of(length: u64) -> Self {
        Self { length, passed: 0, left_out: 0, is_told: false }
    }

    /// Passes on what is kept of a piece.
    pub(crate) fn pass(&mut self, piece: &str, mut keep: impl FnMut(&str)) {
        let start = self.passed;
        self.passed += piece.len() as u64;
        if self.length <= MOST || self.passed <= HALF {
            return keep(piece);
        }
        let at = |offset: u64| usize::try_from(offset.saturating_sub(start)).unwrap_or(usize::MAX).min(piece.len());
        // A character that is cut is left out.
        let head = (0..=at(HALF)).rev().find(|at| piece.is_char_boundary(*at)).unwrap_or_default();
        let tail = (at(self.length - HALF)..=piece.len()).find(|at| piece.is_char_boundary(*at)).unwrap_or(piece.len());
        if head > 0 {
            keep(&piece[..head]);
        }
        self.left_out += (tail - head) as u64;
        if tail < piece.len() {
            if !self.is_told {
                self.is_told = true;
                keep(&format!("\n[{} of {} bytes are left out here]\n", self.left_out, self.length));
            }
            keep(&piece[tail..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, pieces: usize) -> String {
        let (mut cut, mut kept) = (Cut::of(text.len() as u64), String::new());
        let mut rest = text;
        while !rest.is_empty() {
            let end = (pieces.min(rest.len())..=rest.len()).find(|at| rest.is_char_boundary(*at)).unwrap();
            let (piece, other) = rest.split_at(end);
            cut.pass(piece, |piece| kept.push_str(piece));
            rest = other;
        }
        kept
    }

    #[test]
    fn content_of_the_longest_length_is_whole() {
        let text = "x".repeat(10_000_000);
        assert!(cut(&text, 1 << 16) == text);
    }

    #[test]
    fn the_middle_of_longer_content_is_left_out_and_counted() {
        for character in ["x", "ö", "日"] {
            let text = format!("start{}end", character.repeat(11_000_000 / character.len()));
            for pieces in [1 << 10, 1 << 16, usize::MAX >> 1] {
                let kept = cut(&text, pieces);
                assert!(kept.len() as u64 <= MOST && kept.len() > 9_999_000, "{} bytes", kept.len());
                let (head, rest) = kept.split_once("\n[").unwrap();
                let (line, tail) = rest.split_once("]\n").unwrap();
                assert!(text.starts_with(head) && text.ends_with(tail));
                let left_out = text.len() - head.len() - tail.len();
                assert_eq!(line, format!("{left_out} of {} bytes are left out here", text.len()));
            }
        }
    }
}
