//! Details of an outcome, whose end may be missing.
//!
//! Details can be megabytes long and are passed on as they come. But if their end is missing, or
//! the length of a chunk is too large, other tests follow in them. So from the first line on that
//! looks as if it belonged outside (the *mark*), bytes are held until it is clear that the details
//! go on behind them, or until they are too many. If the details turn out to be over, reading goes
//! on at the mark.

use crate::names;
use crate::packet::timestamp::Timestamp;
use crate::v1::fault::{LineError, LineErrorKind};
use crate::v1::input::{Input, LONGEST_LINE, Step, Taken, take_line};
use crate::v1::labels::RecentLabels;
use crate::v1::line::{Form, Outcome, chunk_length, content_type, is_mime_type};
use crate::v1::marks::{Behind, Content, MOST_HELD, Stop, Suspicion, Watch, closing_bracket};
use crate::v1::open_tests::OpenTest;
use crate::v1::packets::Packets;
use crate::v1::tags::Tags;

/// The MIME types of bracketed details.
const TRACEBACK: &[u8] = b"text/x-traceback; charset=\"utf8\"; language=\"python\"";
const PLAIN: &[u8] = b"text/plain";

/// The details that are being read.
#[derive(Debug)]
pub(super) struct Details {
    pub(super) test: OpenTest,
    pub(super) outcome: Outcome,
    place: Place,
    /// Whether the next byte of content is inside a line.
    in_line: bool,
    /// How many of the bytes behind the mark were looked at. The mark is always at the next byte.
    held: Option<usize>,
    /// The content type of the part whose name comes next.
    mime_type: Vec<u8>,
}

/// Where in details the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In bracketed details.
    Bracketed,
    /// In multipart details, before the content type of a part, or the end.
    Type,
    /// The same, after lines that were neither.
    TypeSomewhere,
    /// Before the name of a part.
    Name,
    /// Before the length of a chunk.
    Length,
    /// In a chunk, with so many bytes to come. Whether its length ended in a carriage return.
    Chunk { left: u64, has_return: bool },
}

/// What reading on came to.
pub(super) enum Progress {
    Step(Step),
    /// The details end with so many bytes.
    Ended(usize),
    /// The details were over before these bytes, the first of which are given up.
    Cut(usize),
}

/// What details need to know of the rest of the stream.
pub(super) struct Context<'a> {
    pub(super) packets: &'a mut Packets,
    pub(super) time: Option<Timestamp>,
    pub(super) global_tags: &'a Tags,
    pub(super) suspicion: &'a mut Suspicion,
    /// Starts that may have been none, with the time then.
    pub(super) starts: &'a mut RecentLabels<Option<Timestamp>>,
}

impl Details {
    pub(super) fn new(test: OpenTest, outcome: Outcome, form: Form, context: &mut Context<'_>) -> Self {
        context.suspicion.starts.clear();
        if form == Form::Bracketed {
            let (name, mime_type) = match outcome {
                Outcome::Success => (names::MESSAGE, PLAIN),
                Outcome::Skip => (names::REASON, PLAIN),
                _ => (names::TRACEBACK, TRACEBACK),
            };
            context.packets.begin_detail(name.as_bytes(), mime_type);
        }
        let place = if form == Form::Bracketed { Place::Bracketed } else { Place::Type };
        Self { test, outcome, place, in_line: false, held: None, mime_type: Vec::new() }
    }

    /// Ends the attachment that is being read, if one is.
    pub(super) fn end_detail(&self, context: &mut Context<'_>) {
        if matches!(self.place, Place::Bracketed | Place::Length | Place::Chunk { .. }) {
            context.packets.end_detail(self.test.at(context.time));
        }
    }

    pub(super) fn step(&mut self, input: Input<'_>, context: &mut Context<'_>) -> Progress {
        match self.place {
            Place::Bracketed => self.bracketed(input, context),
            Place::Chunk { left, has_return } => self.chunk(left, has_return, input, context),
            _ => self.structure(input, context),
        }
    }

    fn bracketed(&mut self, input: Input<'_>, context: &mut Context<'_>) -> Progress {
        let behind = if input.is_last { Behind::Nothing } else { Behind::Content };
        let (at, stop) = self.look(input.bytes, behind, context);
        let is_marked = self.held.is_some();
        match stop {
            Stop::Bracket(length) => {
                self.write(&input.bytes[..at], context);
                self.end_detail(context);
                return Progress::Ended(at + length);
            }
            Stop::Outside if at == 0 && input.offset < context.suspicion.brackets_until => return Progress::Cut(0),
            Stop::Outside if at == 0 => {
                self.held = Some(0);
                return self.bracketed(input, context);
            }
            Stop::Failure if is_marked || at == 0 => {
                context.suspicion.brackets_until = input.offset + at as u64;
                return Progress::Cut(0);
            }
            Stop::End if is_marked && input.is_last => {
                // No bracket follows anywhere.
                context.suspicion.brackets_until = u64::MAX;
                return Progress::Cut(0);
            }
            Stop::End | Stop::More if is_marked => {
                self.held = Some(at);
                return Progress::Step(Step::More);
            }
            Stop::End | Stop::More | Stop::Outside | Stop::Failure | Stop::TooMany => {}
        }
        Progress::Step(self.pass_on(&input.bytes[..at], context))
    }

    fn chunk(&mut self, left: u64, has_return: bool, input: Input<'_>, context: &mut Context<'_>) -> Progress {
        let end = usize::try_from(left).unwrap_or(usize::MAX);
        let body = &input.bytes[..end.min(input.bytes.len())];
        let behind = match (body.len() == end, input.is_last) {
            (true, _) => Behind::Chunk,
            (false, true) => Behind::Nothing,
            (false, false) => Behind::Content,
        };
        if self.held.is_some() {
            // Whether the length is right is seen from what follows the chunk, if that is near.
            let is_near = end <= MOST_HELD || (input.is_last && input.bytes.len() <= MOST_HELD);
            match is_near.then(|| is_right(end, has_return, input)) {
                Some(None) => return Progress::Step(Step::More),
                Some(Some(false)) => return cut_at_mark(body),
                // A bracket may be the end of details that a wrong length swallowed.
                Some(Some(true)) if closing_bracket(body, Behind::Nothing).is_none() => {
                    self.place = Place::Length;
                    return Progress::Step(self.pass_on(body, context));
                }
                None if input.offset < context.suspicion.chunks_until => return cut_at_mark(body),
                Some(Some(true)) | None => {}
            }
        }
        let (at, stop) = self.look(body, behind, context);
        let is_marked = self.held.is_some();
        match stop {
            Stop::Outside | Stop::Bracket(_) | Stop::Failure if at == 0 && !is_marked => {
                self.held = Some(0);
                return self.chunk(left, has_return, input, context);
            }
            Stop::Failure if is_marked => {
                context.suspicion.chunks_until = input.offset + at as u64;
                return cut_at_mark(body);
            }
            Stop::End if is_marked && behind == Behind::Nothing => return cut_at_mark(body),
            Stop::End | Stop::More if is_marked && behind == Behind::Content => {
                self.held = Some(at);
                return Progress::Step(Step::More);
            }
            _ => {}
        }
        self.place = match left - at as u64 {
            0 => Place::Length,
            left => Place::Chunk { left, has_return },
        };
        Progress::Step(self.pass_on(&body[..at], context))
    }

    /// Looks at content up to the first line that matters.
    fn look(&self, body: &[u8], behind: Behind, context: &mut Context<'_>) -> (usize, Stop) {
        let is_chunk = self.place != Place::Bracketed;
        self.watch(context).look(Content { body, behind, is_chunk, in_line: self.in_line, held: self.held })
    }

    fn watch<'a>(&'a self, context: &'a mut Context<'_>) -> Watch<'a> {
        Watch {
            label: self.test.label(),
            is_pass: !self.outcome.is_failure(),
            global_tags: context.global_tags,
            suspicion: context.suspicion,
            starts: context.starts,
        }
    }

    /// Passes content on, and gives up the mark.
    fn pass_on(&mut self, body: &[u8], context: &mut Context<'_>) -> Step {
        self.write(body, context);
        self.held = None;
        if body.is_empty() { Step::More } else { Step::Read(body.len()) }
    }

    fn write(&mut self, body: &[u8], context: &mut Context<'_>) {
        let subject = self.test.at(context.time);
        if self.place == Place::Bracketed {
            let mut in_line = self.in_line;
            for line in body.split_inclusive(|byte| *byte == b'\n') {
                // A line that starts with a bracket is written with a space before it.
                let skipped = usize::from(!in_line && line.starts_with(b" ]"));
                context.packets.detail(subject, &line[skipped..]);
                in_line = false;
            }
        } else {
            context.packets.detail(subject, body);
        }
        self.in_line = body.last().map_or(self.in_line, |byte| *byte != b'\n');
    }

    /// A line of multipart details that is not in a chunk.
    fn structure(&mut self, input: Input<'_>, context: &mut Context<'_>) -> Progress {
        let (line, length) = match take_line(input.bytes, input.is_last) {
            Taken::Line(line, length) => (Some(line), length),
            Taken::TooLong => (None, LONGEST_LINE + 1),
            Taken::More => return Progress::Step(Step::More),
        };
        if line.is_some_and(|line| self.watch(context).directive(line).is_some()) {
            return Progress::Cut(0);
        }
        let damage = |kind| Step::Damage(length, LineError::new(kind));
        let (place, step) = match self.place {
            Place::Type | Place::TypeSomewhere if line == Some(b"]") => return Progress::Ended(length),
            // The protocol's grammar ends a part with an empty line, which nobody writes.
            Place::Type | Place::TypeSomewhere if line == Some(b"") => (self.place, Step::Read(length)),
            Place::Name => match line {
                Some(name) => {
                    context.packets.begin_detail(name, &self.mime_type);
                    self.in_line = false;
                    (Place::Length, Step::Read(length))
                }
                None => (Place::TypeSomewhere, damage(LineErrorKind::Name)),
            },
            Place::Length => match line.and_then(chunk_length) {
                Some(0) => {
                    context.packets.end_detail(self.test.at(context.time));
                    (Place::Type, Step::Read(length))
                }
                Some(left) => {
                    let has_return = input.bytes[..length].ends_with(b"\r\n");
                    (Place::Chunk { left, has_return }, Step::Read(length))
                }
                None => {
                    context.packets.end_detail(self.test.at(context.time));
                    (Place::TypeSomewhere, damage(LineErrorKind::ChunkLength))
                }
            },
            place => match line.and_then(content_type) {
                Some(mime_type) => {
                    let is_type = is_mime_type(mime_type);
                    self.mime_type = if is_type { mime_type.to_vec() } else { Vec::new() };
                    (Place::Name, if is_type { Step::Read(length) } else { damage(LineErrorKind::ContentType) })
                }
                None if place == Place::TypeSomewhere => (place, Step::Text(length)),
                None => (Place::TypeSomewhere, damage(LineErrorKind::ContentType)),
            },
        };
        self.place = place;
        Progress::Step(step)
    }
}

/// Whether the length of a chunk that ends at `end` is right: if a line behind it can be a length,
/// and what that leads to as well. `None` if more is needed to tell.
fn is_right(mut end: usize, has_return: bool, input: Input<'_>) -> Option<bool> {
    /// More digits are too many, and with them is a line end.
    const LONGEST_LENGTH: usize = 18;
    /// One label in some thousands reads as a length, but hardly several lines in the right places.
    const MOST_LENGTHS: usize = 4;
    for _ in 0..MOST_LENGTHS {
        let Some(behind) = input.bytes.get(end..) else { return input.is_last.then_some(false) };
        let (line, length) = match take_line(&behind[..behind.len().min(LONGEST_LENGTH)], input.is_last) {
            Taken::Line(line, length) => (line, length),
            Taken::More if behind.len() < LONGEST_LENGTH => return None,
            Taken::More | Taken::TooLong => return Some(false),
        };
        let next = chunk_length(line).filter(|_| behind[..length].ends_with(b"\r\n") == has_return);
        match next.map(|next| usize::try_from(next).unwrap_or(usize::MAX)) {
            None => return Some(false),
            Some(0) => return Some(true),
            Some(next) => end = end.saturating_add(length).saturating_add(next),
        }
        if end > MOST_HELD {
            break;
        }
    }
    Some(true)
}

/// The end of details at a mark: a closing bracket there is no content.
fn cut_at_mark(body: &[u8]) -> Progress {
    match closing_bracket(body, Behind::Nothing) {
        Some(Stop::Bracket(length)) => Progress::Cut(length),
        _ => Progress::Cut(0),
    }
}
