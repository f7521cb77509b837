//! Which version a stream is in, found out while its text is given out.
//!
//! Text may come first, in any amount. A packet decides for version 2, an outcome for version 1. A
//! start, or a directive without a test, decides nothing, because build tools print lines such as
//! `test: all`. So from such a line on a few bytes are held for what they are followed by. If that
//! says nothing, the line is given out as text and remembered.

use memchr::{memchr, memchr_iter};

use crate::packet::header::{Header, SIGNATURE};
use crate::packet::timestamp::Timestamp;
use crate::v1::ahead::{MOST_AHEAD, MOST_DETAILS, may_begin};
use crate::v1::glued;
use crate::v1::input::{Input, LONGEST_LINE, Taken, take_line};
use crate::v1::line::{Directive, Form, Outcome, Strength, could_be_directive, is_count};
use crate::v1::open_tests::is_subtest;
use crate::v1::parse::Parser;
use crate::v1::time;

/// Reads the start of a stream until it says which version it is in.
#[derive(Debug, Default)]
pub(super) struct Detection {
    /// The part of the line that was given out, if the next byte is inside one.
    line: Option<Vec<u8>>,
    /// What follows the directive that the input begins with.
    ahead: Ahead,
    /// Up to here in the input, what follows says nothing.
    silent_until: u64,
    /// Tests whose strong starts were given out as text, with the time then.
    starts: Vec<(Vec<u8>, Option<Timestamp>)>,
    /// The length of their labels.
    bytes: usize,
    /// Whether a start was given out as text. An outcome may be behind text from then on.
    has_start: bool,
    /// A failing outcome that was given out with the text before it, if its details come next.
    failure: Option<(Outcome, Vec<u8>, Form)>,
    /// Up to here in the input, no details come that say that it is one.
    no_failure_until: u64,
    is_version_2: bool,
}

/// What the first bytes of the input are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detected {
    /// Too few to tell.
    More,
    /// This many are text, whatever the version.
    Text(usize),
    /// The first line of version 1.
    Version1,
}

/// Lines behind a directive, up to one that says which version it is.
#[derive(Debug, Default)]
struct Ahead {
    /// How many bytes were looked at.
    at: usize,
    /// The labels of starts there.
    labels: Vec<Vec<u8>>,
    /// Whether one of the starts is strong.
    has_start: bool,
    /// Whether there is a strong directive.
    is_strong: bool,
    /// Whether there is a time and nothing but directives after it.
    has_time: bool,
    details: Details,
    /// The form of details for an outcome behind text, which may be prose.
    form: Option<Form>,
}

/// Whether there is an outcome with bracketed details for a test without a start. It says that the
/// stream is version 1 unless a packet follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Details {
    #[default]
    None,
    Open,
    Closed,
}

/// What a line ahead says.
enum Sign {
    /// It is version 1.
    Version1,
    /// Nothing: look at the next one.
    Next,
    /// Nothing, and neither will those behind it.
    Silence,
}

impl Detection {
    /// Reads on, in a line in which no packet begins.
    pub(super) fn step(&mut self, input: Input<'_>, parser: &mut Parser) -> Detected {
        if input.bytes.is_empty() {
            return Detected::More;
        }
        if self.line.is_some() {
            return self.text(input.bytes, parser);
        }
        if let Some((outcome, label, form)) = self.failure.take() {
            let ahead = if input.offset < self.no_failure_until { Some(false) } else { self.ahead.look(input, parser) };
            match ahead {
                None => {
                    self.failure = Some((outcome, label, form));
                    return Detected::More;
                }
                Some(true) if self.ahead.details == Details::Closed => {
                    parser.begin_with_outcome(&label, None, outcome, form);
                    return Detected::Version1;
                }
                Some(_) => {
                    self.no_failure_until = self.no_failure_until.max(input.offset + self.ahead.at as u64);
                    self.ahead = Ahead::default();
                }
            }
        }
        let (line, length) = match take_line(input.bytes, input.is_last) {
            Taken::Line(line, length) => (line, length),
            Taken::More if self.has_start || could_be_directive(input.bytes) => return Detected::More,
            Taken::More | Taken::TooLong => {
                self.line = Some(Vec::new());
                return self.text(input.bytes, parser);
            }
        };
        if self.has_start && self.is_known_behind_text(line, parser) {
            return Detected::Version1;
        }
        if Directive::read(line).is_some() && input.offset >= self.silent_until {
            match self.ahead.look(input, parser) {
                None => return Detected::More,
                Some(true) => return Detected::Version1,
                Some(false) => self.silent_until = input.offset + self.ahead.at as u64,
            }
        }
        self.ahead = Ahead::default();
        self.remember(line, parser);
        Detected::Text(length)
    }

    /// Whether the line that the input begins with has to be complete before any of it is given
    /// out.
    pub(super) fn is_line_held(&self, bytes: &[u8]) -> bool {
        let line = &bytes[..bytes.len().min(LONGEST_LINE + 1)];
        let line = &line[..memchr(b'\n', line).unwrap_or(line.len())];
        let may_count = self.has_start || self.failure.is_some() || could_be_directive(line);
        self.line.is_none() && line.len() <= LONGEST_LINE && may_count
    }

    /// Text before a packet that begins inside of a line, or before what may become one.
    pub(super) fn text_in_line(&mut self, text: &[u8]) {
        (self.failure, self.ahead) = (None, Ahead::default());
        match text.last() {
            Some(b'\n') | None => self.line = None,
            Some(_) => self.line = Some(self.line.take().unwrap_or_default()),
        }
    }

    /// The next byte begins the first packet of version 2.
    pub(super) fn settle_on_version_2(&mut self) {
        self.is_version_2 = true;
    }

    pub(super) fn is_version_2(&self) -> bool {
        self.is_version_2
    }

    /// The first tests, if the stream turned out to be version 1, or to end without a packet.
    pub(super) fn begin_tests(&mut self, parser: &mut Parser) {
        for (label, time) in self.starts.drain(..) {
            parser.begin(&label, time);
        }
    }

    /// Text up to the end of the line that it is in.
    fn text(&mut self, bytes: &[u8], parser: &mut Parser) -> Detected {
        let end = memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1);
        let Some(line) = &mut self.line else { return Detected::Text(end) };
        // A longer line holds no directive; enough of it is kept to know that.
        let kept = (LONGEST_LINE + 2).saturating_sub(line.len());
        line.extend_from_slice(&bytes[..end.min(kept)]);
        if bytes[..end].ends_with(b"\n") {
            if let Taken::Line(line, _) = take_line(line, true) {
                let line = line.to_vec();
                self.remember_glued(&line, parser);
            }
            self.line = None;
        }
        Detected::Text(end)
    }

    /// Remembers what a line says that was given out as text.
    fn remember(&mut self, line: &[u8], parser: &mut Parser) {
        match Directive::read(line) {
            Some((Directive::Test(label), strength)) => {
                if strength == Strength::Strong {
                    self.remember_start(label, parser.time);
                }
                parser.remember(label);
                self.has_start |= strength == Strength::Strong;
            }
            Some((Directive::Time(text), Strength::Strong)) if time::parse(text).is_some() => {
                parser.time = time::parse(text);
            }
            // Those of a test that nobody is sure of are not known.
            Some((Directive::Tags(tags), Strength::Strong)) if self.starts.is_empty() => {
                let _ = parser.apply_tags(tags);
            }
            _ => self.remember_glued(line, parser),
        }
    }

    /// Remembers what is behind text on a line that was given out.
    fn remember_glued(&mut self, line: &[u8], parser: &mut Parser) {
        if !glued::may_be_in(line) {
            return;
        }
        self.has_start |= parser.remember_glued(line);
        // While a test may be open, somebody else's failure is what that test prints.
        let counts = |outcome: Outcome, rest: &[u8]| outcome.is_failure() && Form::with_details(rest).is_some();
        let place = glued::unopened_outcome(line, counts).filter(|_| self.starts.is_empty());
        if let Some(Directive::Outcome(outcome, rest)) = place.and_then(|place| Directive::parse(&line[place..]))
            && let Some((label, form)) = Form::with_details(rest)
        {
            self.failure = Some((outcome, label.to_vec(), form));
            self.ahead = Ahead::behind_text(form);
        }
    }

    /// Whether the outcome of a test whose start was given out is behind text on a line, or that of
    /// a subtest.
    fn is_known_behind_text(&self, line: &[u8], parser: &Parser) -> bool {
        let is_known = |_, rest: &[u8]| {
            let is_subtest = |label| self.starts.iter().any(|(known, _)| is_subtest(known, label));
            Form::with_details(rest).is_some_and(|(label, _)| is_subtest(label))
        };
        glued::may_be_in(line)
            && (glued::outcome(line, |label| parser.remembers(label)).is_some()
                || glued::unopened_outcome(line, is_known).is_some())
    }

    fn remember_start(&mut self, label: &[u8], time: Option<Timestamp>) {
        /// One would be enough to see that the run is not complete.
        const MOST_STARTS: usize = 64;
        const MOST_BYTES: usize = 1 << 16;
        let is_new = !self.starts.iter().any(|(known, _)| known == label);
        if is_new && self.starts.len() < MOST_STARTS && self.bytes + label.len() <= MOST_BYTES {
            self.bytes += label.len();
            self.starts.push((label.to_vec(), time));
        }
    }
}

/// Whether something in a line of this length looks like the start of a packet; `None` if more is
/// needed to tell.
fn may_hold_packet(bytes: &[u8], length: usize, is_last: bool) -> Option<bool> {
    for place in memchr_iter(SIGNATURE, &bytes[..length]) {
        match Header::read(&bytes[place..]) {
            Ok(Some(_)) => return Some(true),
            Ok(None) if !is_last => return None,
            Ok(None) | Err(_) => {}
        }
    }
    Some(false)
}

impl Ahead {
    /// Details of an outcome behind text.
    fn behind_text(form: Form) -> Self {
        Self { details: Details::Open, form: Some(form), is_strong: true, ..Self::default() }
    }

    /// Looks on. Whether the stream is version 1, or says nothing of it; `None` if more of it is
    /// needed.
    fn look(&mut self, input: Input<'_>, parser: &Parser) -> Option<bool> {
        loop {
            let rest = &input.bytes[self.at..];
            if rest.is_empty() && input.is_last {
                return Some(self.is_strong);
            }
            let most = if self.details == Details::None { MOST_AHEAD } else { MOST_DETAILS };
            let (line, length) = match take_line(rest, input.is_last) {
                _ if self.at > most => return Some(self.details != Details::None),
                Taken::Line(line, length) if self.at == 0 || length <= most => (line, length),
                Taken::More if rest.len() <= most => return None,
                Taken::Line(..) | Taken::More | Taken::TooLong => return Some(self.details != Details::None),
            };
            let may_hold_packet = may_hold_packet(rest, line.len(), input.is_last)?;
            match self.sign(line, may_hold_packet, parser) {
                Sign::Version1 => return Some(true),
                Sign::Silence => return Some(false),
                Sign::Next => self.at += length,
            }
        }
    }

    fn sign(&mut self, line: &[u8], may_hold_packet: bool, parser: &Parser) -> Sign {
        if self.details == Details::Open {
            let is_first = self.at == 0;
            if line == b"]" {
                self.details = Details::Closed;
            } else if let Some(form) = self.form
                && ((is_first && !may_begin(form, line)) || parser.is_outside_details(line))
            {
                return Sign::Silence;
            }
            return if may_hold_packet { Sign::Silence } else { Sign::Next };
        }
        let directive = Directive::read(line);
        if let Some((Directive::Outcome(_, rest), _)) = directive
            && Form::readings(rest)
                .any(|(label, _)| self.labels.iter().any(|known| known == label) || parser.remembers(label))
        {
            return Sign::Version1;
        }
        if may_hold_packet {
            return Sign::Silence;
        }
        let is_strong = matches!(directive, Some((_, Strength::Strong)));
        if is_strong && self.details == Details::Closed {
            return Sign::Version1;
        }
        match directive.map(|(directive, _)| directive) {
            Some(Directive::Test(_)) if is_strong && self.has_time => return Sign::Version1,
            Some(Directive::Test(label)) => {
                self.labels.push(label.to_vec());
                self.has_start |= is_strong;
                self.is_strong |= is_strong;
            }
            Some(Directive::Time(text)) if time::parse(text).is_some() => {
                self.has_time |= is_strong && time::parse_full(text).is_some();
                self.is_strong |= is_strong;
            }
            Some(Directive::Tags(_)) => self.is_strong |= is_strong,
            Some(Directive::Progress(count)) if is_count(count) => self.is_strong |= is_strong,
            Some(Directive::Outcome(_, rest)) if Form::with_details(rest).is_some() => {
                if matches!(Form::with_details(rest), Some((_, Form::Multipart))) {
                    return Sign::Version1;
                }
                if !is_strong {
                    return self.text(line, parser);
                }
                (self.details, self.is_strong) = (Details::Open, true);
            }
            _ => return self.text(line, parser),
        }
        Sign::Next
    }

    /// A line of text, which may belong to a test.
    fn text(&mut self, line: &[u8], parser: &Parser) -> Sign {
        let is_known = |label: &[u8]| self.labels.iter().any(|known| known == label) || parser.remembers(label);
        if glued::outcome(line, is_known).is_some() {
            return Sign::Version1;
        }
        self.labels.extend(glued::starts(line).map(|(_, label)| label.to_vec()));
        self.has_time &= line.is_empty();
        let is_silent = !self.has_start && self.details == Details::None && !line.is_empty();
        if is_silent { Sign::Silence } else { Sign::Next }
    }
}
