//! What lines mean one after the other: a state machine over bytes.

use memchr::memchr;

use crate::packet::timestamp::Timestamp;
use crate::v1::line::{
    Details, Directive, LineError, LineErrorKind, Outcome, chunk_length, content_type, glued_outcome, is_count,
    is_mime_type,
};
use crate::v1::time;

/// What the parser reads out of lines; a translator's side of the conversation.
pub(crate) trait Receiver {
    /// A test begins.
    fn start(&mut self, label: &[u8]);
    /// An attachment of the test begins.
    fn begin_detail(&mut self, name: &[u8], mime_type: &[u8]);
    /// The attachment goes on.
    fn detail(&mut self, bytes: &[u8]);
    /// The attachment ends.
    fn end_detail(&mut self);
    /// The test ends.
    fn outcome(&mut self, outcome: Outcome);
    /// The test ends without an outcome of its own, for this reason.
    fn interrupted(&mut self, reason: &str);
    /// The clock is set.
    fn time(&mut self, time: Timestamp);
    /// Tags come and go: for the test that runs, or for all that follow.
    fn tags(&mut self, tags: &[u8]) -> Result<(), LineError>;
}

/// What the first bytes of the input are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Too few to tell.
    More,
    /// This many were read, and told to the receiver.
    Read(usize),
    /// This many are text.
    Text(usize),
    /// This many are broken.
    Damage(usize, LineError),
}

/// Where in the protocol the next byte stands.
#[derive(Debug)]
pub(crate) struct Parser {
    /// The label of the test that runs.
    test: Option<Vec<u8>>,
    state: State,
    /// The content type of the part whose name comes next.
    mime_type: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Between details: lines are directives or text.
    Lines,
    /// Inside a line that is too long for a directive.
    LongLine,
    /// In bracketed details, at the start of a line or inside one.
    Simple { outcome: Outcome, in_line: bool },
    /// In multipart details, before a line.
    Multipart { outcome: Outcome, expected: Expected },
    /// In a chunk of multipart details, with this many bytes to come.
    Chunk { outcome: Outcome, left: u64 },
}

/// What the next line of multipart details should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// The content type of a part, or the end.
    Type,
    /// The same, after lines that were neither.
    TypeSomewhere,
    /// The name of a part.
    Name,
    /// The length of a chunk.
    Length,
}

/// Longer lines than this are text, or broken where details need them. A test id, the name and type of an attachment and all tags
/// then fit one packet, also when every byte of them becomes a replacement character of three.
pub(super) const LONGEST_LINE: usize = 1 << 18;

/// The MIME types of bracketed details.
const TRACEBACK: &[u8] = b"text/x-traceback; charset=\"utf8\"; language=\"python\"";
const PLAIN: &[u8] = b"text/plain";

impl Parser {
    pub(crate) fn new() -> Self {
        Self { test: None, state: State::Lines, mime_type: Vec::new() }
    }

    /// How far into the bytes to come a packet of version 2 may begin before they have to be read on: nowhere in details, anywhere
    /// in a line that is known to be text.
    pub(crate) fn reach_of_packets(&self) -> usize {
        match self.state {
            State::Lines => LONGEST_LINE + 1,
            State::LongLine => usize::MAX,
            State::Simple { .. } | State::Multipart { .. } | State::Chunk { .. } => 0,
        }
    }

    /// Says that a packet of version 2 came between: what follows it begins a line.
    pub(crate) fn packet_passed(&mut self) {
        if self.state == State::LongLine {
            self.state = State::Lines;
        }
    }

    /// Reads on. `bytes` are all that came in and were not read; `is_last` says that no more will.
    pub(crate) fn step(&mut self, bytes: &[u8], is_last: bool, receiver: &mut impl Receiver) -> Step {
        match self.state {
            _ if bytes.is_empty() => Step::More,
            State::Lines => self.line(bytes, is_last, receiver),
            State::LongLine => self.long_line(bytes),
            State::Simple { outcome, in_line } => self.simple(outcome, in_line, bytes, is_last, receiver),
            State::Multipart { outcome, expected } => self.multipart(outcome, expected, bytes, is_last, receiver),
            State::Chunk { outcome, left } => self.chunk(outcome, left, bytes, receiver),
        }
    }

    /// The input ended: so does the test that runs, if any, unless it is left open.
    pub(crate) fn end(&mut self, leaves_open: bool, receiver: &mut impl Receiver) {
        let is_in_detail = matches!(
            self.state,
            State::Simple { .. } | State::Multipart { expected: Expected::Length, .. } | State::Chunk { .. }
        );
        if is_in_detail {
            receiver.end_detail();
        }
        let is_between_details = matches!(self.state, State::Lines | State::LongLine);
        let place = if is_between_details { "test" } else { "details of the test" };
        if let Some(label) = self.test.take().filter(|_| !leaves_open) {
            receiver.interrupted(&format!("the input ended in the {place} '{}'", String::from_utf8_lossy(&label)));
        }
        self.state = State::Lines;
    }

    fn line(&mut self, bytes: &[u8], is_last: bool, receiver: &mut impl Receiver) -> Step {
        let (line, length) = match take_line(bytes, is_last) {
            Taken::Line(line, length) => (line, length),
            Taken::More => return Step::More,
            Taken::TooLong => {
                self.state = State::LongLine;
                return Step::Text(LONGEST_LINE + 1);
            }
        };
        match Directive::parse(line) {
            Some(Directive::Test(label)) => {
                if let Some(open) = self.test.replace(label.to_vec()) {
                    let (open, next) = (String::from_utf8_lossy(&open), String::from_utf8_lossy(label));
                    receiver.interrupted(&format!("the test '{open}' was interrupted: '{next}' began before it ended"));
                }
                receiver.start(label);
                Step::Read(length)
            }
            Some(Directive::Outcome(outcome, rest)) => match self.announced(rest) {
                Some(details) => {
                    self.outcome(outcome, details, receiver);
                    Step::Read(length)
                }
                None => self.text(line, length),
            },
            Some(Directive::Tags(tags)) => {
                receiver.tags(tags).map_or_else(|error| Step::Damage(length, error), |()| Step::Read(length))
            }
            Some(Directive::Time(text)) => match time::parse(text) {
                Some(time) => {
                    receiver.time(time);
                    Step::Read(length)
                }
                None => match self.glued(line) {
                    Some(text) => Step::Text(text),
                    None => Step::Damage(length, LineError::new(LineErrorKind::Time)),
                },
            },
            Some(Directive::Progress(count)) => {
                if is_count(count) {
                    Step::Read(length)
                } else {
                    self.text(line, length)
                }
            }
            None => self.text(line, length),
        }
    }

    /// A line of so many bytes that is no directive, up to where one for the test that runs is glued to it.
    fn text(&self, line: &[u8], length: usize) -> Step {
        Step::Text(self.glued(line).unwrap_or(length))
    }

    /// Where the outcome of the test that runs is glued to a line.
    fn glued(&self, line: &[u8]) -> Option<usize> {
        glued_outcome(line, self.test.as_ref()?).filter(|text| *text > 0)
    }

    fn long_line(&mut self, bytes: &[u8]) -> Step {
        let Some(end) = memchr(b'\n', bytes) else { return Step::Text(bytes.len()) };
        self.state = State::Lines;
        Step::Text(end + 1)
    }

    /// What an outcome directive says of details, if it is about the test that runs.
    fn announced(&self, rest: &[u8]) -> Option<Details> {
        Details::announced(rest, self.test.as_ref()?)
    }

    fn outcome(&mut self, outcome: Outcome, details: Details, receiver: &mut impl Receiver) {
        match details {
            Details::None => self.finish(outcome, receiver),
            Details::Simple => {
                let (name, mime_type): (&[u8], _) = match outcome {
                    Outcome::Success => (b"message", PLAIN),
                    Outcome::Skip => (b"reason", PLAIN),
                    _ => (b"traceback", TRACEBACK),
                };
                receiver.begin_detail(name, mime_type);
                self.state = State::Simple { outcome, in_line: false };
            }
            Details::Multipart => self.state = State::Multipart { outcome, expected: Expected::Type },
        }
    }

    fn finish(&mut self, outcome: Outcome, receiver: &mut impl Receiver) {
        receiver.outcome(outcome);
        self.test = None;
        self.state = State::Lines;
    }

    fn simple(
        &mut self,
        outcome: Outcome,
        in_line: bool,
        bytes: &[u8],
        is_last: bool,
        receiver: &mut impl Receiver,
    ) -> Step {
        let mut at = 0;
        let mut in_line = in_line;
        while at < bytes.len() {
            let rest = &bytes[at..];
            if !in_line {
                match closing_bracket(rest, is_last) {
                    Closing::At(length) => {
                        receiver.end_detail();
                        self.finish(outcome, receiver);
                        return Step::Read(at + length);
                    }
                    Closing::More if at == 0 => return Step::More,
                    Closing::More => break,
                    Closing::No => {}
                }
            }
            // A line that starts with a bracket is written with a space before it.
            let skipped = usize::from(!in_line && rest.starts_with(b" ]"));
            let end = memchr(b'\n', rest).map(|end| end + 1);
            let length = end.unwrap_or(rest.len());
            receiver.detail(&rest[skipped..length]);
            in_line = end.is_none();
            at += length;
        }
        self.state = State::Simple { outcome, in_line };
        Step::Read(at)
    }

    fn multipart(
        &mut self,
        outcome: Outcome,
        expected: Expected,
        bytes: &[u8],
        is_last: bool,
        receiver: &mut impl Receiver,
    ) -> Step {
        let (line, length) = match take_line(bytes, is_last) {
            Taken::Line(line, length) => (Some(line), length),
            Taken::TooLong => (None, LONGEST_LINE + 1),
            Taken::More => return Step::More,
        };
        let damage = |kind| Step::Damage(length, LineError::new(kind));
        let (expected, step) = match expected {
            Expected::Type | Expected::TypeSomewhere if line == Some(b"]") => {
                self.finish(outcome, receiver);
                return Step::Read(length);
            }
            // The protocol's grammar ends a part with an empty line, which nobody writes.
            Expected::Type | Expected::TypeSomewhere if line == Some(b"") => (expected, Step::Read(length)),
            Expected::Type | Expected::TypeSomewhere => match line.and_then(content_type) {
                Some(mime_type) => {
                    let is_type = is_mime_type(mime_type);
                    self.mime_type = if is_type { mime_type.to_vec() } else { Vec::new() };
                    (Expected::Name, if is_type { Step::Read(length) } else { damage(LineErrorKind::ContentType) })
                }
                None if expected == Expected::TypeSomewhere => (expected, Step::Text(length)),
                None => (Expected::TypeSomewhere, damage(LineErrorKind::ContentType)),
            },
            Expected::Name => match line {
                Some(name) => {
                    receiver.begin_detail(name, &self.mime_type);
                    (Expected::Length, Step::Read(length))
                }
                None => (Expected::TypeSomewhere, damage(LineErrorKind::Name)),
            },
            Expected::Length => match line.and_then(chunk_length) {
                Some(0) => {
                    receiver.end_detail();
                    (Expected::Type, Step::Read(length))
                }
                Some(left) => {
                    self.state = State::Chunk { outcome, left };
                    return Step::Read(length);
                }
                None => {
                    receiver.end_detail();
                    (Expected::TypeSomewhere, damage(LineErrorKind::ChunkLength))
                }
            },
        };
        self.state = State::Multipart { outcome, expected };
        step
    }

    fn chunk(&mut self, outcome: Outcome, left: u64, bytes: &[u8], receiver: &mut impl Receiver) -> Step {
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        receiver.detail(&bytes[..length]);
        self.state = match left - length as u64 {
            0 => State::Multipart { outcome, expected: Expected::Length },
            left => State::Chunk { outcome, left },
        };
        Step::Read(length)
    }
}

/// The start of the input as a line.
enum Taken<'a> {
    /// A line without its end, and its length with it.
    Line(&'a [u8], usize),
    /// A line longer than [`LONGEST_LINE`], that many bytes of which are there, and one more.
    TooLong,
    /// The line has not ended yet.
    More,
}

fn take_line(bytes: &[u8], is_last: bool) -> Taken<'_> {
    let end = memchr(b'\n', bytes);
    match end {
        _ if end.unwrap_or(bytes.len()) > LONGEST_LINE => Taken::TooLong,
        None if !is_last => Taken::More,
        _ => {
            let line = &bytes[..end.unwrap_or(bytes.len())];
            Taken::Line(line.strip_suffix(b"\r").unwrap_or(line), line.len() + usize::from(end.is_some()))
        }
    }
}

/// Whether a line of bracketed details ends them.
enum Closing {
    /// It does, and has this length.
    At(usize),
    No,
    More,
}

fn closing_bracket(line: &[u8], is_last: bool) -> Closing {
    match line {
        [b']', b'\n', ..] => Closing::At(2),
        [b']', b'\r', b'\n', ..] => Closing::At(3),
        [b']'] | [b']', b'\r'] if is_last => Closing::At(line.len()),
        [b']' | b' '] | [b']', b'\r'] if !is_last => Closing::More,
        _ => Closing::No,
    }
}
