//! Directives behind text: which of them count.

use crate::v1::ahead;
use crate::v1::glued;
use crate::v1::input::Input;
use crate::v1::line::{Directive, Form, Outcome, Strength};
use crate::v1::parse::{Meaning, Parser};
use crate::v1::time;

impl Parser {
    /// Where a directive begins behind text on a line that has this meaning by itself.
    pub(super) fn glued(&mut self, line: &[u8], meaning: &Meaning) -> Option<usize> {
        if matches!(meaning, Meaning::Directive) || !glued::may_be_in(line) {
            return None;
        }
        let outcome = self.glued_outcome(line);
        if outcome.is_some() || matches!(meaning, Meaning::Damage(_)) {
            return outcome;
        }
        if let Some(place) = glued::time(line, |rest| time::parse_full(rest).is_some()) {
            return Some(place);
        }
        if let Some((place, _)) = glued::tags(line).find(|(_, rest)| self.are_taken_back_by(rest)) {
            return Some(place);
        }
        let start = self.glued_start(line);
        start.or_else(|| glued::unopened_outcome(line, |outcome, rest| self.may_count_behind_text(outcome, rest)))
    }

    /// Where the outcome of an open test begins behind text.
    pub(super) fn glued_outcome(&self, line: &[u8]) -> Option<usize> {
        if self.tests.is_empty() { None } else { glued::outcome(line, |label| self.tests.contains(label)) }
    }

    /// Where a start begins behind text. If there are several places, all are remembered.
    fn glued_start(&mut self, line: &[u8]) -> Option<usize> {
        let mut last = None;
        for (place, label) in glued::starts(line) {
            if !self.tests.contains(label) {
                self.starts.insert(label, self.time);
                last = last.or(Some(place));
            }
        }
        last
    }

    /// Remembers the starts and the time behind text on a line that was given out. Whether there is
    /// a start.
    pub(in crate::v1) fn remember_glued(&mut self, line: &[u8]) -> bool {
        if let Some(place) = glued::time(line, |rest| time::parse_full(rest).is_some()) {
            self.time = time::parse(&line[place + "time: ".len()..]);
        }
        self.glued_start(line).is_some()
    }

    /// Whether an outcome behind text may count though its test is not open. Tests print much, so
    /// it has to be of a test that is known, or between tests a failure with details.
    fn may_count_behind_text(&self, outcome: Outcome, rest: &[u8]) -> bool {
        match Form::with_details(rest) {
            None => self.tests.is_empty() && self.starts.contains(rest),
            Some((label, _)) if self.starts.contains(label) || self.tests.have_subtest(label) => true,
            Some((label, _)) => outcome.is_failure() && (self.tests.is_empty() || self.ended.contains(label)),
        }
    }

    /// Whether it does: unless its start was seen, its details have to end.
    pub(super) fn counts_behind_text(&mut self, outcome: Outcome, rest: &[u8], behind: Input<'_>) -> Option<bool> {
        if !self.may_count_behind_text(outcome, rest) {
            return Some(false);
        }
        let Some((_, form)) = Form::with_details(rest).filter(|(label, _)| !self.starts.contains(label)) else {
            return Some(true);
        };
        if behind.offset < self.no_bracket_until {
            return Some(false);
        }
        let mut looked_at = self.looked_at;
        let is_there = ahead::details(form, behind, &mut looked_at, |line| self.is_outside_details(line));
        if is_there == Some(false) {
            self.no_bracket_until = behind.offset + looked_at as u64;
        }
        self.looked_at = looked_at;
        is_there
    }

    /// Whether a line is a directive that counts, so that details whose start is in doubt are none.
    pub(in crate::v1) fn is_outside_details(&self, line: &[u8]) -> bool {
        let is_directive = match Directive::read(line) {
            Some((Directive::Test(_), Strength::Strong)) => true,
            Some((Directive::Time(text), Strength::Strong)) => time::parse_full(text).is_some(),
            Some((Directive::Outcome(_, rest), Strength::Strong)) => {
                let is_known =
                    |label| self.tests.contains(label) || self.starts.contains(label) || self.ended.contains(label);
                Form::with_details(rest).is_some() || is_known(rest)
            }
            _ => false,
        };
        is_directive || self.glued_outcome(line).is_some()
    }
}
