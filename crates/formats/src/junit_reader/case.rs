//! A test case.

use std::time::Duration;

use serde_json::{Map, Value};
use subunit_codec::names::{REASON, STDERR, STDOUT, TAP_TEXT};
use subunit_codec::{Event, Status};

use super::clock::Clock;

/// What a detail says of a test case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Failure,
    Error,
    Skipped,
    /// A failure of an attempt before the last one.
    Attempt,
}

/// Why a test case did not pass.
#[derive(Debug)]
pub(super) struct Detail {
    pub(super) kind: Kind,
    pub(super) type_name: String,
    pub(super) message: String,
    pub(super) body: String,
}

/// A test case, or a suite as far as it is one.
#[derive(Debug, Default)]
pub(super) struct Case {
    pub(super) id: String,
    pub(super) duration: Option<Duration>,
    /// What the attribute `status` or `result` says, if there is no detail.
    pub(super) said: Option<Status>,
    pub(super) details: Vec<Detail>,
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) properties: Map<String, Value>,
    /// Whether the report is cut off in it.
    pub(super) is_cut: bool,
}

/// The attachment with the type, message and text of a failure. From python-subunit.
const DETAIL: &str = "junit detail";
/// The attachment that tells errors from failures.
const KIND: &str = "kind";
/// The attachment with properties, as JSON.
pub(super) const PROPERTIES: &str = "properties";
const JSON: &str = "application/json";
/// The tag of tests whose times are made up.
const NO_CLOCK: &str = "no-clock";

impl Detail {
    /// `TYPE: MESSAGE`, then the text.
    fn text(&self) -> String {
        let head = match (&*self.type_name, &*self.message) {
            ("", message) => message.to_owned(),
            (type_name, "") => type_name.to_owned(),
            (type_name, message) => format!("{type_name}: {message}"),
        };
        let parts = [&*head, self.body.trim()].into_iter().filter(|part| !part.is_empty());
        parts.flat_map(|part| [part, "\n"]).collect()
    }
}

/// What the value of the attribute `status` or `result` means, if it says more than that the test
/// ran.
pub(super) fn said(value: &str) -> Option<Status> {
    let is_any_of = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
    if is_any_of(&["failed", "failure", "fail", "error", "errored", "broken", "timedout", "timeout", "crashed"]) {
        Some(Status::Fail)
    } else if is_any_of(&["notrun", "disabled", "skipped", "skip", "ignored", "suppressed", "inactive"]) {
        Some(Status::Skip)
    } else {
        None
    }
}

impl Case {
    /// Adds a property. Several of one name are a list.
    pub(super) fn add_property(&mut self, name: String, value: String) {
        let value = Value::String(value);
        match self.properties.get_mut(&name) {
            None => drop(self.properties.insert(name, value)),
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }

    pub(super) fn status(&self) -> Status {
        let has = |kind| self.details.iter().any(|detail| detail.kind == kind);
        if has(Kind::Failure) || has(Kind::Error) || self.is_cut {
            Status::Fail
        } else if has(Kind::Skipped) {
            Status::Skip
        } else {
            self.said.unwrap_or(Status::Success)
        }
    }

    /// Passes on all of it: earlier attempts, what was attached, and the result.
    pub(super) fn write<E>(
        &self,
        clock: &mut Clock,
        out: &mut impl FnMut(&Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = clock.now();
        let is_made_up = clock.is_made_up;
        let test = || {
            let event = Event::test(&*self.id);
            if is_made_up { event.tags([NO_CLOCK]) } else { event }
        };
        let begin = Event { timestamp: start, ..test().status(Status::InProgress) };
        for attempt in self.details.iter().filter(|detail| detail.kind == Kind::Attempt) {
            out(&begin)?;
            out(&with_text(test().status(Status::Fail), DETAIL, &attempt.text()))?;
        }
        out(&begin)?;
        for (name, text) in [(STDOUT, &self.stdout), (STDERR, &self.stderr)] {
            if !text.is_empty() {
                out(&with_text(Event::test(&*self.id), name, text))?;
            }
        }
        if !self.properties.is_empty() {
            let json = Value::Object(self.properties.clone()).to_string();
            out(&Event::test(&*self.id).file(PROPERTIES, json.as_bytes()).mime_type(JSON).eof())?;
        }
        if self.details.iter().any(|detail| detail.kind == Kind::Error) {
            out(&with_text(Event::test(&*self.id), KIND, "error\n"))?;
        }
        let status = self.status();
        let is_told = |kind| match kind {
            Kind::Failure | Kind::Error => status == Status::Fail,
            Kind::Skipped => status == Status::Skip,
            Kind::Attempt => false,
        };
        let texts = self.details.iter().filter(|detail| is_told(detail.kind)).map(Detail::text);
        let mut said: String = texts.collect::<Vec<_>>().join("\n");
        if self.is_cut {
            said.push_str("the report ends inside this test case\n");
        }
        let stop = self.duration.and_then(|duration| {
            clock.advance(duration);
            clock.now()
        });
        let end = Event { timestamp: stop, ..test().status(status) };
        let name = if status == Status::Skip { REASON } else { DETAIL };
        if said.is_empty() { out(&end) } else { out(&with_text(end, name, &said)) }
    }
}

fn with_text<'a>(event: Event<'a>, name: &'a str, text: &'a str) -> Event<'a> {
    event.file(name, text.as_bytes()).mime_type(TAP_TEXT).eof()
}
