//! What lines mean one after the other.

mod behind_text;

use std::sync::Arc;

use memchr::memchr;

use crate::names;
use crate::packet::status::Status;
use crate::packet::timestamp::Timestamp;
use crate::v1::ahead;
use crate::v1::details::{Context, Details, Progress};
use crate::v1::fault::{LineError, LineErrorKind};
use crate::v1::input::{Input, LONGEST_LINE, Step, Taken, take_line};
use crate::v1::labels::{EndedTests, RecentLabels};
use crate::v1::line::{Directive, Form, Outcome, Strength, is_count};
use crate::v1::marks::Suspicion;
use crate::v1::open_tests::{OpenTest, OpenTests};
use crate::v1::packets::Packets;
use crate::v1::tags::{Tags, TestTags};
use crate::v1::time;

/// Reads lines and makes packets of them.
#[derive(Debug)]
pub(super) struct Parser {
    pub(super) packets: Packets,
    pub(super) time: Option<Timestamp>,
    /// The tags in force outside tests.
    tags: Arc<Tags>,
    tests: OpenTests,
    /// Starts that were taken for text, and the time then: they count if the outcome comes.
    starts: RecentLabels<Option<Timestamp>>,
    /// Tests that ended.
    ended: EndedTests,
    details: Option<Details>,
    suspicion: Suspicion,
    /// Whether the next byte is inside a line that is too long for a directive.
    in_long_line: bool,
    /// Whether text was before the next byte on its line.
    is_behind_text: bool,
    /// Whether there was a strong directive. Whoever wrote it does not write weak ones.
    has_colons: bool,
    /// How many bytes behind the next line were looked at for an outcome.
    looked_at: usize,
    /// Up to here in the input, there is no line with a closing bracket alone.
    no_bracket_until: u64,
    /// The tests for which tags in force outside were too many to repeat.
    cut_tags: u64,
}

/// What a line is.
enum Meaning {
    /// A directive, which was read.
    Directive,
    /// Text, unless a directive is behind it.
    Text,
    Damage(LineErrorKind),
    /// More lines are needed to tell.
    More,
}

impl Parser {
    pub(super) fn new() -> Self {
        const MOST_STARTS: usize = 1 << 10;
        Self {
            packets: Packets::default(),
            time: None,
            tags: Arc::default(),
            tests: OpenTests::default(),
            starts: RecentLabels::new(MOST_STARTS),
            ended: EndedTests::new(),
            details: None,
            suspicion: Suspicion::new(),
            in_long_line: false,
            is_behind_text: false,
            has_colons: false,
            looked_at: 0,
            no_bracket_until: 0,
            cut_tags: 0,
        }
    }

    /// For how many tests tags in force outside were too many to repeat.
    pub(super) fn cut_tags(&self) -> u64 {
        self.cut_tags
    }

    /// How far into the bytes to come a packet of version 2 may begin before they have to be read
    /// on: nowhere in details, anywhere in a line that is known to be text.
    pub(super) fn reach_of_packets(&self) -> usize {
        match self.details {
            Some(_) => 0,
            None if self.in_long_line => usize::MAX,
            None => LONGEST_LINE + 1,
        }
    }

    /// Says that a packet of version 2 came between: what follows it begins a line.
    pub(super) fn packet_passed(&mut self) {
        (self.in_long_line, self.is_behind_text) = (false, false);
    }

    /// Reads on.
    pub(super) fn step(&mut self, input: Input<'_>) -> Step {
        if input.bytes.is_empty() {
            return Step::More;
        }
        if self.details.is_some() {
            return self.read_details(input);
        }
        if self.in_long_line {
            let end = memchr(b'\n', input.bytes);
            self.in_long_line = end.is_none();
            return Step::Text(end.map_or(input.bytes.len(), |end| end + 1));
        }
        let (line, length) = match take_line(input.bytes, input.is_last) {
            Taken::Line(line, length) => (line, length),
            Taken::More => return Step::More,
            Taken::TooLong => {
                (self.in_long_line, self.is_behind_text) = (true, false);
                return Step::Text(LONGEST_LINE + 1);
            }
        };
        let behind = Input { bytes: &input.bytes[length..], offset: input.offset + length as u64, ..input };
        let meaning = self.line(line, behind);
        if matches!(meaning, Meaning::More) {
            return Step::More;
        }
        self.looked_at = 0;
        let glued = if self.is_behind_text { None } else { self.glued(line, &meaning) };
        self.is_behind_text = glued.is_some();
        match (meaning, glued) {
            (_, Some(text)) => Step::Text(text),
            (Meaning::Directive, None) => Step::Read(length),
            (Meaning::Damage(kind), None) => Step::Damage(length, LineError::new(kind)),
            (_, None) => Step::Text(length),
        }
    }

    /// The input ended, and so do the tests that are open. They fail, or are left open. If details
    /// are open, this is reported, unless their test is left open and shows it.
    pub(super) fn end(&mut self, leaves_open: bool) -> Option<LineError> {
        let details = self.details.take();
        let is_cut = details.is_some();
        if let Some(details) = details {
            details.end_detail(&mut self.context());
            if !leaves_open {
                self.fail(&details.test, "details of the test");
            }
        }
        for test in self.tests.drain() {
            if test.is_skipped_by_subtests() && !is_cut {
                let time = test.interrupted.as_ref().map_or(self.time, |by| by.time);
                self.status(&test, Status::Skip, time);
            } else if !leaves_open {
                self.fail(&test, "test");
            }
        }
        (self.in_long_line, self.is_behind_text) = (false, false);
        (is_cut && !leaves_open).then(|| LineError::new(LineErrorKind::Details))
    }

    /// Ends a test that has no outcome.
    fn fail(&mut self, test: &OpenTest, place: &str) {
        let id = test.id();
        let (reason, time) = match &test.interrupted {
            Some(by) => (format!("the test '{id}' was interrupted: '{}' began before it ended", by.id), by.time),
            None => (format!("the input ended in the {place} '{id}'"), self.time),
        };
        self.packets.begin_detail(names::REASON.as_bytes(), b"text/plain; charset=\"utf8\"");
        self.packets.detail(test.at(time), reason.as_bytes());
        self.packets.end_detail(test.at(time));
        self.status(test, Status::Fail, time);
    }

    /// The last status of a test.
    fn status(&mut self, test: &OpenTest, status: Status, time: Option<Timestamp>) {
        let (tags, is_cut) = test.tags.list();
        self.cut_tags += u64::from(is_cut);
        self.packets.status(test.at(time), status, tags);
    }

    fn line(&mut self, line: &[u8], behind: Input<'_>) -> Meaning {
        let Some((directive, strength)) = Directive::read(line) else { return Meaning::Text };
        let is_weak = strength == Strength::Weak;
        let is_text = is_weak && !self.tests.is_empty();
        let meaning = match directive {
            Directive::Outcome(outcome, rest) => self.outcome(outcome, rest, line, is_text, behind),
            _ if is_text => Meaning::Text,
            Directive::Test(label) => self.test(label, is_weak, behind),
            Directive::Time(text) => match time::parse(text) {
                Some(time) => {
                    self.time = Some(time);
                    Meaning::Directive
                }
                None if is_weak || !time::begins_with_year(text) => Meaning::Text,
                None => Meaning::Damage(LineErrorKind::Time),
            },
            Directive::Tags(_) if is_weak && self.has_colons => Meaning::Text,
            Directive::Tags(tags) => match self.apply_tags(tags) {
                Ok(()) => Meaning::Directive,
                Err(_) if is_weak => Meaning::Text,
                Err(error) => Meaning::Damage(error.kind()),
            },
            Directive::Progress(count) if is_count(count) => Meaning::Directive,
            Directive::Progress(_) => Meaning::Text,
        };
        self.has_colons |= !is_weak && matches!(meaning, Meaning::Directive);
        meaning
    }

    pub(super) fn apply_tags(&mut self, tags: &[u8]) -> Result<(), LineError> {
        match self.tests.current() {
            Some(test) => test.tags.apply(tags),
            None => Arc::make_mut(&mut self.tags).apply(tags),
        }
    }

    fn are_taken_back_by(&mut self, tags: &[u8]) -> bool {
        match self.tests.current() {
            Some(test) => test.tags.are_taken_back_by(tags),
            None => self.tags.are_taken_back_by(tags),
        }
    }

    /// A line that starts a test. If it is weak or behind text, it counts if the outcome comes.
    fn test(&mut self, label: &[u8], is_weak: bool, behind: Input<'_>) -> Meaning {
        if self.tests.contains(label) {
            return Meaning::Text;
        }
        if is_weak || self.is_behind_text {
            // To hold text back for prose such as `testing the connection` would hide it.
            let may_hold_text = !self.has_colons && !self.is_behind_text;
            match ahead::outcome(label, may_hold_text, behind, &mut self.looked_at) {
                Some(true) => {}
                Some(false) => {
                    self.starts.insert(label, self.time);
                    return Meaning::Text;
                }
                None => return Meaning::More,
            }
        }
        self.begin(label, self.time);
        Meaning::Directive
    }

    /// A test begins.
    pub(super) fn begin(&mut self, label: &[u8], time: Option<Timestamp>) {
        self.starts.remove(label);
        let test = OpenTest::new(label, TestTags::inherited(&self.tags));
        self.packets.status(test.at(time), Status::InProgress, Vec::new());
        self.tests.begin(test, self.time);
    }

    fn outcome(&mut self, outcome: Outcome, rest: &[u8], line: &[u8], is_text: bool, behind: Input<'_>) -> Meaning {
        let open = Form::readings(rest).find_map(|(label, form)| Some((self.tests.remove(label)?, form)));
        if let Some((test, form)) = open {
            self.read_outcome(test, outcome, form);
            return Meaning::Directive;
        }
        if is_text || (!self.is_behind_text && self.glued_outcome(line).is_some()) {
            return Meaning::Text;
        }
        if self.is_behind_text {
            match self.counts_behind_text(outcome, rest, behind) {
                Some(true) => {}
                Some(false) => return Meaning::Text,
                None => return Meaning::More,
            }
        }
        let known = Form::readings(rest).find_map(|(label, form)| {
            let start = self.starts.remove(label);
            let is_known = start.is_some() || (form == Form::None && self.ended.contains(label));
            is_known.then(|| (label, form, start.flatten()))
        });
        let unknown = || Form::with_details(rest).map(|(label, form)| (label, form, None));
        let Some((label, form, time)) = known.or_else(unknown) else { return Meaning::Text };
        self.begin_with_outcome(label, time, outcome, form);
        Meaning::Directive
    }

    /// A test that is not open begins with its outcome, or its attachments would belong to the test
    /// of this label that ended.
    pub(super) fn begin_with_outcome(&mut self, label: &[u8], time: Option<Timestamp>, outcome: Outcome, form: Form) {
        let test = OpenTest::new(label, TestTags::inherited(&self.tags));
        self.packets.status(test.at(time), Status::InProgress, Vec::new());
        self.read_outcome(test, outcome, form);
    }

    fn read_outcome(&mut self, test: OpenTest, outcome: Outcome, form: Form) {
        if form == Form::None {
            self.finish(&test, outcome);
        } else {
            self.details = Some(Details::new(test, outcome, form, &mut self.context()));
        }
    }

    fn finish(&mut self, test: &OpenTest, outcome: Outcome) {
        self.status(test, outcome.status(), self.time);
        self.tests.note(test.label(), outcome);
        self.ended.insert(test.label());
    }

    fn context(&mut self) -> Context<'_> {
        Context {
            packets: &mut self.packets,
            time: self.time,
            global_tags: &self.tags,
            suspicion: &mut self.suspicion,
            starts: &mut self.starts,
        }
    }

    fn read_details(&mut self, input: Input<'_>) -> Step {
        let Some(details) = &mut self.details else { return Step::More };
        let mut context = Context {
            packets: &mut self.packets,
            time: self.time,
            global_tags: &self.tags,
            suspicion: &mut self.suspicion,
            starts: &mut self.starts,
        };
        let step = match details.step(input, &mut context) {
            Progress::Step(step) => return step,
            Progress::Ended(length) => Step::Read(length),
            Progress::Cut(length) => {
                details.end_detail(&mut context);
                Step::Damage(length, LineError::new(LineErrorKind::Details))
            }
        };
        if let Some(details) = self.details.take() {
            self.finish(&details.test, details.outcome);
        }
        step
    }

    /// Remembers a start that was given out as text.
    pub(super) fn remember(&mut self, label: &[u8]) {
        self.starts.insert(label, self.time);
    }

    /// Whether an outcome of this label counts although its test is not open.
    pub(super) fn remembers(&self, label: &[u8]) -> bool {
        self.starts.contains(label)
    }
}
