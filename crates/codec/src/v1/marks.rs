//! Lines in details that look as if they belonged outside.

use memchr::memchr;

use crate::packet::timestamp::Timestamp;
use crate::v1::input::{LONGEST_LINE, Taken, take_line};
use crate::v1::labels::RecentLabels;
use crate::v1::line::{Directive, Form, Strength, could_be_directive};
use crate::v1::tags::Tags;
use crate::v1::time;

/// No more bytes than this, and a line, are held behind a mark.
pub(super) const MOST_HELD: usize = 1 << 20;

/// What is known of other tests in details.
#[derive(Debug)]
pub(super) struct Suspicion {
    /// Tests that began in these details.
    pub(super) starts: RecentLabels<()>,
    /// Up to here in the input, bracketed details are known to swallow other tests: those that hold
    /// a mark are over there. It spares a second look at what lies behind it.
    pub(super) brackets_until: u64,
    /// The same for chunks.
    pub(super) chunks_until: u64,
}

impl Suspicion {
    pub(super) fn new() -> Self {
        const MOST_STARTS: usize = 1 << 10;
        Self { starts: RecentLabels::new(MOST_STARTS), brackets_until: 0, chunks_until: 0 }
    }
}

/// Why a look at content stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// At its end.
    End,
    /// More is needed of a line.
    More,
    /// At a closing bracket, which makes a line of this length.
    Bracket(usize),
    /// At a line that belongs outside.
    Outside,
    /// At the failing outcome of the test itself, or of one that began in these details, while the
    /// details are those of a pass.
    Failure,
    /// Too many bytes would be held.
    TooMany,
}

/// What comes behind the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behind {
    /// More of it.
    Content,
    /// The end of the chunk.
    Chunk,
    /// The end of the input.
    Nothing,
}

/// Content of details.
#[derive(Clone, Copy, Debug)]
pub(super) struct Content<'a> {
    pub(super) body: &'a [u8],
    pub(super) behind: Behind,
    pub(super) is_chunk: bool,
    /// Whether it begins inside a line.
    pub(super) in_line: bool,
    /// If it begins with a mark: how many of its bytes were looked at.
    pub(super) held: Option<usize>,
}

/// Watches the lines of details for those that belong outside.
pub(super) struct Watch<'a> {
    /// The label of the test whose details these are.
    pub(super) label: &'a [u8],
    /// Whether its outcome is a pass.
    pub(super) is_pass: bool,
    pub(super) global_tags: &'a Tags,
    pub(super) suspicion: &'a mut Suspicion,
    /// Starts that may have been none, with the time then.
    pub(super) starts: &'a mut RecentLabels<Option<Timestamp>>,
}

impl Watch<'_> {
    /// Looks at the lines of content, from where it was not looked at yet, up to one that matters.
    pub(super) fn look(&mut self, content: Content<'_>) -> (usize, Stop) {
        let Content { body, behind, is_chunk, in_line, held } = content;
        let is_marked = held.is_some();
        let mut at = held.unwrap_or(0);
        let mut in_line = in_line && !is_marked;
        while at < body.len() {
            if is_marked && at >= MOST_HELD {
                return (at, Stop::TooMany);
            }
            let rest = &body[at..];
            if !in_line {
                let stop = match closing_bracket(rest, behind) {
                    Some(stop) if !(is_chunk && is_marked) || stop == Stop::More => Some(stop),
                    _ => self.look_at_line(rest, behind),
                };
                match stop {
                    Some(Stop::Outside) if is_marked => {}
                    Some(stop) => return (at, stop),
                    None => {}
                }
            }
            match memchr(b'\n', rest) {
                Some(end) if is_marked && end > LONGEST_LINE => return (at, Stop::TooMany),
                Some(end) => {
                    at += end + 1;
                    in_line = false;
                }
                None if is_marked && rest.len() > LONGEST_LINE => return (at, Stop::TooMany),
                None if is_marked && behind == Behind::Content => return (at, Stop::More),
                None => {
                    at = body.len();
                    in_line = true;
                }
            }
        }
        (at, Stop::End)
    }

    /// Whether a line of content belongs outside.
    fn look_at_line(&mut self, rest: &[u8], behind: Behind) -> Option<Stop> {
        // The words of the directives that matter here begin with these.
        if !matches!(rest[0], b't' | b'f' | b'e' | b'u') {
            return None;
        }
        match take_line(rest, behind == Behind::Nothing) {
            Taken::Line(line, _) => self.directive(line),
            Taken::More if behind == Behind::Content && could_be_directive(rest) => Some(Stop::More),
            Taken::More | Taken::TooLong => None,
        }
    }

    /// Whether a line is a directive that belongs outside.
    pub(super) fn directive(&mut self, line: &[u8]) -> Option<Stop> {
        let Some((directive, Strength::Strong)) = Directive::read(line) else { return None };
        match directive {
            Directive::Test(label) => {
                if self.is_pass {
                    self.suspicion.starts.insert(label, ());
                    self.starts.insert(label, None);
                }
                Some(Stop::Outside)
            }
            Directive::Time(text) => time::parse_full(text).map(|_| Stop::Outside),
            Directive::Tags(tags) => self.global_tags.are_taken_back_by(tags).then_some(Stop::Outside),
            Directive::Outcome(outcome, rest) if self.is_pass && outcome.is_failure() => {
                let mut labels = Form::readings(rest).map(|(label, _)| label);
                let is_known = |label| label == self.label || self.suspicion.starts.contains(label);
                labels.any(is_known).then_some(Stop::Failure)
            }
            Directive::Outcome(..) | Directive::Progress(_) => None,
        }
    }
}

/// Whether a line is a closing bracket alone.
pub(super) fn closing_bracket(line: &[u8], behind: Behind) -> Option<Stop> {
    match (line, behind) {
        ([b']', b'\n', ..], _) => Some(Stop::Bracket(2)),
        ([b']', b'\r', b'\n', ..], _) => Some(Stop::Bracket(3)),
        ([b']'] | [b']', b'\r'], Behind::Nothing) => Some(Stop::Bracket(line.len())),
        // The space may be there for the sake of a bracket.
        ([b']' | b' '] | [b']', b'\r'], Behind::Content) => Some(Stop::More),
        _ => None,
    }
}
