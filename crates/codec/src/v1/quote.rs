//! Text that is not to be read as directives.

use std::mem;

use memchr::memchr;

use crate::v1::line::{Outcome, could_be_directive};

/// Quotes text, as [`Writer::text`](crate::v1::Writer::text) describes. What comes out does not
/// depend on where the text is cut.
///
/// Text is not held back, apart from a first word that may be that of a directive, and a colon
/// behind one.
#[derive(Debug, Default)]
pub(super) struct Quote {
    held: Vec<u8>,
    /// The last bytes of the line that were given out.
    tail: Vec<u8>,
    /// Whether the line has more bytes than the tail.
    is_long: bool,
    /// Whether an outcome is on the line behind other text.
    has_outcome: bool,
}

/// What a colon stands behind.
enum Word {
    /// A word that readers may believe, with what follows.
    Start,
    Outcome,
    Other,
    /// The next bytes tell.
    More,
}

impl Quote {
    /// More bytes than the longest word and the longest announcement of details.
    const TAIL: usize = 16;

    pub(super) fn push(&mut self, text: &[u8], to: &mut Vec<u8>) {
        let mut bytes = mem::take(&mut self.held);
        bytes.extend_from_slice(text);
        bytes.split_inclusive(|byte| *byte == b'\n').for_each(|part| self.part(part, to));
    }

    /// Ends the line that is not finished, if there is one.
    pub(super) fn end_line(&mut self, to: &mut Vec<u8>) {
        if !self.held.is_empty() || !self.tail.is_empty() {
            self.push(b"\n", to);
        }
    }

    /// The text has ended: without a space behind them, the bytes held are no directive.
    pub(super) fn end(&mut self, to: &mut Vec<u8>) {
        to.append(&mut self.held);
        *self = Self::default();
    }

    /// The rest of a line, or a part of that.
    fn part(&mut self, part: &[u8], to: &mut Vec<u8>) {
        let is_whole = part.ends_with(b"\n");
        if self.tail.is_empty() {
            let is_word = could_be_directive(part) && part.len() <= Self::TAIL;
            if is_word && !is_whole && !part.iter().any(u8::is_ascii_whitespace) {
                self.held = part.to_vec();
                return;
            }
            // A word alone on its line is none.
            let is_alone = is_whole && part.iter().position(u8::is_ascii_whitespace) == Some(part.len() - 1);
            if could_be_directive(part) && !is_alone {
                to.push(b' ');
            }
        }
        let mut line = mem::take(&mut self.tail);
        let (mut at, mut written) = (line.len(), line.len());
        line.extend_from_slice(part);
        while let Some(colon) = memchr(b':', &line[at..]).map(|found| at + found) {
            at = colon + 1;
            match self.word(&line, colon) {
                Word::Start => {
                    to.extend_from_slice(&line[written..colon]);
                    to.push(b' ');
                    written = colon;
                }
                Word::Outcome => self.has_outcome = true,
                Word::More if !is_whole => {
                    self.held = line.split_off(colon);
                    break;
                }
                Word::More | Word::Other => {}
            }
        }
        if is_whole {
            to.extend_from_slice(&line[written..line.len() - 1]);
            let body = line.trim_ascii_end();
            if self.has_outcome && (body.ends_with(b" [") || body.ends_with(b" [ multipart")) {
                to.push(b' ');
            }
            to.push(b'\n');
            (self.is_long, self.has_outcome) = (false, false);
        } else {
            to.extend_from_slice(&line[written..]);
            let cut = line.len().saturating_sub(Self::TAIL);
            self.is_long |= cut > 0;
            self.tail = line.split_off(cut);
        }
    }

    /// The word before a colon on a line, the start of which may be missing.
    fn word(&self, line: &[u8], colon: usize) -> Word {
        let ends_in = |words: &[&[u8]]| {
            let word = words.iter().find(|word| line[..colon].ends_with(word));
            // At the start of a line, or behind an indentation, a space in front is enough.
            word.is_some_and(|word| self.is_long || !line[..colon - word.len()].trim_ascii().is_empty())
        };
        let outcomes = Outcome::SPELLINGS.map(|(word, _)| word);
        let (is_start, is_time, is_outcome) =
            (ends_in(&[b"test", b"testing"]), ends_in(&[b"time"]), ends_in(&outcomes));
        match line.get(colon + 1..).unwrap_or_default() {
            _ if !(is_start || is_time || is_outcome) => Word::Other,
            [b' ', ..] if is_start => Word::Start,
            [b' ', ..] if is_outcome => Word::Outcome,
            [] | [b' '] => Word::More,
            [b' ', b'0'..=b'9', ..] => Word::Start,
            _ => Word::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(pieces: &[&[u8]]) -> String {
        let (mut quote, mut to) = (Quote::default(), Vec::new());
        for piece in pieces {
            quote.push(piece, &mut to);
        }
        quote.end(&mut to);
        String::from_utf8(to).unwrap()
    }

    const TEXT: &str = "building\ntest: a\nerror foo\n tags: x\ntesting\nlatest: 1\nx.c:3: error: no such\r\n\
        .error: a [\r\nxsuccess: a [ multipart\nfor [\ntime taken\nrun time: 5 s\nlast time: x\nprogress: 1\n\
        a long line with more bytes than are kept, then failure: b [\n\ntime:\nsuccess";

    #[test]
    fn directives_are_quoted_wherever_the_text_is_cut() {
        let expected = "building\n test: a\n error foo\n tags: x\ntesting\nlatest : 1\nx.c:3: error: no such\r\n\
            .error: a [\r \nxsuccess: a [ multipart \nfor [\n time taken\nrun time : 5 s\nlast time: x\n progress: 1\n\
            a long line with more bytes than are kept, then failure: b [ \n\ntime:\nsuccess";
        assert_eq!(quoted(&[TEXT.as_bytes()]), expected);
        for cut in 0..TEXT.len() {
            let (start, end) = TEXT.as_bytes().split_at(cut);
            assert_eq!(quoted(&[start, end]), expected, "cut at {cut}");
        }
        let bytes: Vec<&[u8]> = TEXT.as_bytes().chunks(1).collect();
        assert_eq!(quoted(&bytes), expected);
    }

    #[test]
    fn text_is_not_held_back() {
        let (mut quote, mut to) = (Quote::default(), Vec::new());
        for (piece, out) in
            [("pass", "pass"), ("word: ", "word: "), ("wait", "wait"), ("\ntest", "\n"), ("ed", "tested")]
        {
            to.clear();
            quote.push(piece.as_bytes(), &mut to);
            assert_eq!(String::from_utf8_lossy(&to), out);
        }
    }
}
