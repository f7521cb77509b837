//! Reads the outcome of a trial from its stream.

use std::collections::HashSet;

use regex::Regex;
use subunit_codec::names::STDOUT;
use subunit_codec::{Assembler, Event, Item, Packet, Status, Test, encode};
use subunit_formats::failure::texts;

use crate::state::Outcome;

/// The tests of a trial.
#[derive(Clone, Copy)]
pub(crate) struct Tests<'a> {
    /// The test that fails.
    pub(crate) test: &'a str,
    pub(crate) candidates: &'a HashSet<String>,
    /// The candidates that were listed.
    pub(crate) listed: &'a HashSet<String>,
    /// Failures without a text that matches do not count.
    pub(crate) matching: Option<&'a Regex>,
}

/// Reads the stream of a trial.
pub(crate) struct Results<'a> {
    tests: Tests<'a>,
    assembler: Assembler,
    /// The ids of all tests that began, in order.
    seen: Vec<String>,
    seen_set: HashSet<String>,
    /// The last attempts of the test by route code, other than skips.
    attempts: Vec<(Option<String>, Attempt)>,
    is_skipped: bool,
    /// A candidate that ran before the test although it was not listed.
    stranger: Option<String>,
    /// The first line of text.
    said: String,
    is_damaged: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Attempt {
    Good,
    Bad,
    /// It failed, and none of its texts matches.
    BadOtherwise,
}

/// The outcome of a trial.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) outcome: Outcome,
    /// Why it has no result.
    pub(crate) reason: String,
    /// The ids of all tests that began, in order.
    pub(crate) seen: Vec<String>,
    /// The first line of text.
    pub(crate) said: String,
}

/// The number of bytes searched in each text.
const LONGEST_TEXT: usize = 1 << 20;

impl<'a> Results<'a> {
    pub(crate) fn new(tests: Tests<'a>) -> Self {
        Self {
            tests,
            assembler: Assembler::keeping_heads(if tests.matching.is_some() { LONGEST_TEXT } else { 0 }),
            seen: Vec::new(),
            seen_set: HashSet::new(),
            attempts: Vec::new(),
            is_skipped: false,
            stranger: None,
            said: String::new(),
            is_damaged: false,
        }
    }

    /// Adds an item, and appends it as packets to `out`.
    pub(crate) fn item(&mut self, item: &Item<'_>, out: &mut Vec<u8>) {
        match item {
            Item::Packet(packet) => {
                out.extend_from_slice(packet.as_bytes());
                self.packet(packet);
            }
            Item::Text(text) => {
                append(&Event::global_file(STDOUT, *text), out);
                if self.said.is_empty() {
                    self.said = first_line(text);
                }
            }
            Item::Damage(damage) => {
                self.is_damaged = true;
                damage.report().iter().for_each(|event| append(event, out));
            }
        }
    }

    /// Returns the outcome after the end of the stream. `was_killed`: a signal or the time limit
    /// ended the command.
    pub(crate) fn end(mut self, was_killed: bool) -> Shown {
        let unfinished = self.assembler.finish();
        for attempt in &unfinished {
            self.attempt(attempt);
        }
        // The damaged packet may hold its result, unless the kill tore it.
        let is_lost = self.is_damaged && !was_killed && !unfinished.is_empty();
        let any = |kind| self.attempts.iter().any(|(_, attempt)| *attempt == kind);
        let id = self.tests.test;
        let (outcome, reason) = if let Some(stranger) = self.stranger {
            (Outcome::Void, format!("{stranger} ran and is not in the list"))
        } else if is_lost {
            (Outcome::Void, format!("the stream is damaged, and {id} has no end"))
        } else if any(Attempt::Bad) {
            (Outcome::Bad, String::new())
        } else if any(Attempt::BadOtherwise) {
            (Outcome::Void, format!("{id} fails, and no text matches"))
        } else if any(Attempt::Good) {
            (Outcome::Good, String::new())
        } else if self.is_skipped {
            (Outcome::Void, format!("{id} was skipped"))
        } else {
            (Outcome::Void, format!("no result of {id}"))
        };
        Shown { outcome, reason, seen: self.seen, said: self.said }
    }

    fn packet(&mut self, packet: &Packet<'_>) {
        let status = packet.status().filter(|status| *status != Status::Exists);
        if let (Some(id), Some(_)) = (packet.test_id(), status)
            && !self.seen_set.contains(id)
        {
            let is_stranger = self.tests.candidates.contains(id) && !self.tests.listed.contains(id);
            if is_stranger && self.stranger.is_none() && !self.seen_set.contains(self.tests.test) {
                self.stranger = Some(id.to_owned());
            }
            self.seen_set.insert(id.to_owned());
            self.seen.push(id.to_owned());
        }
        if packet.is_about(self.tests.test)
            && let Some(test) = self.assembler.push(packet).cloned()
        {
            self.attempt(&test);
        }
    }

    fn attempt(&mut self, test: &Test) {
        let attempt = match test.status {
            Status::Exists => return,
            Status::Skip => {
                self.is_skipped = true;
                return;
            }
            Status::Success | Status::ExpectedFailure => Attempt::Good,
            Status::Fail | Status::UnexpectedSuccess | Status::InProgress => {
                let matches = self.tests.matching.is_none_or(|regex| texts(test).any(|text| regex.is_match(&text)));
                if matches { Attempt::Bad } else { Attempt::BadOtherwise }
            }
        };
        match self.attempts.iter_mut().find(|(route, _)| *route == test.route_code) {
            Some((_, last)) => *last = attempt,
            None => self.attempts.push((test.route_code.clone(), attempt)),
        }
    }
}

/// The first line that is not blank.
pub(crate) fn first_line(text: &[u8]) -> String {
    const LONGEST: usize = 200;
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let line = lines.find(|line| !line.is_empty()).unwrap_or_default();
    String::from_utf8_lossy(&line[..line.len().min(LONGEST)]).into_owned()
}

/// Appends an event. Encoding cannot fail: texts are no longer than a read.
pub(crate) fn append(event: &Event<'_>, out: &mut Vec<u8>) {
    let _ = encode(event, out);
}
