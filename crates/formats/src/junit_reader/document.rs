//! The elements of a report.

use quick_xml::events::BytesStart;
use serde_json::Value;
use subunit_codec::names::{STDERR, STDOUT};
use subunit_codec::{Event, Status};

use super::case::{Case, Detail, Kind, PROPERTIES, said};
use super::clock::{Clock, duration};
use super::xml::attribute;

/// A report that is read.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// The elements that are open.
    open: Vec<Element>,
    /// The suites that are open, the innermost last.
    suites: Vec<Suite>,
    case: Option<Case>,
    /// The text of the element that is read.
    text: String,
    clock: Clock,
    cases: u64,
    is_report: bool,
    has_failed: bool,
}

/// An element, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Suite,
    Case,
    /// Of a case, or of a suite if none is open.
    Detail,
    /// Of a detail.
    StackTrace,
    Output,
    ErrorOutput,
    Other,
}

/// A suite, or the root of several.
#[derive(Debug, Default)]
struct Suite {
    name: String,
    /// Whether its attributes count failures or errors.
    counts_failures: bool,
    has_failed_case: bool,
    /// The clock of the suite around it.
    outer_clock: Option<Clock>,
    /// What stands in it beside its cases.
    itself: Case,
}

impl Document {
    /// Whether there was a suite or a case.
    pub(super) fn is_report(&self) -> bool {
        self.is_report
    }

    /// Whether a test failed in its last attempt.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// Whether an element is open.
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// An element begins.
    pub(super) fn start(&mut self, element: &BytesStart<'_>) {
        // What stands before it belongs to the one around it.
        self.take_text();
        let attribute = |name: &str| attribute(element, name);
        let kind = match element.local_name().as_ref() {
            "testsuites" | "testsuite" if self.case.is_none() => {
                self.is_report = true;
                self.begin_suite(&attribute);
                Element::Suite
            }
            "testcase" if self.case.is_none() => {
                self.is_report = true;
                self.begin_case(&attribute);
                Element::Case
            }
            name
            @ ("failure" | "error" | "skipped" | "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError") => {
                let kind = match name {
                    "failure" => Kind::Failure,
                    "error" => Kind::Error,
                    "skipped" => Kind::Skipped,
                    _ => Kind::Attempt,
                };
                let (type_name, message) = (attribute("type"), attribute("message"));
                let detail = Detail {
                    kind,
                    type_name: type_name.unwrap_or_default(),
                    message: message.unwrap_or_default(),
                    body: String::new(),
                };
                if let Some(case) = self.current() {
                    case.details.push(detail);
                }
                Element::Detail
            }
            "stackTrace" => Element::StackTrace,
            "system-out" => Element::Output,
            "system-err" => Element::ErrorOutput,
            "property" => {
                let value = attribute("value").unwrap_or_default();
                if let (Some(name), Some(case)) = (attribute("name"), self.current()) {
                    case.add_property(name, value);
                }
                Element::Other
            }
            _ => Element::Other,
        };
        self.open.push(kind);
    }

    pub(super) fn text(&mut self, text: &str) {
        if !matches!(self.open.last(), None | Some(Element::Suite | Element::Case | Element::Other)) {
            self.text.push_str(text);
        }
    }

    /// An element ends.
    pub(super) fn end<E>(&mut self, out: &mut impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<(), E> {
        self.take_text();
        match self.open.pop() {
            Some(Element::Case) => self.end_case(out),
            Some(Element::Suite) => self.end_suite(out),
            _ => Ok(()),
        }
    }

    /// The report ends here: a case that is open fails.
    pub(super) fn cut<E>(&mut self, out: &mut impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<(), E> {
        self.take_text();
        if let Some(case) = &mut self.case {
            case.is_cut = true;
            return self.end_case(out);
        }
        Ok(())
    }

    fn begin_suite(&mut self, attribute: &impl Fn(&str) -> Option<String>) {
        let count = |name| attribute(name).and_then(|count| count.trim().parse::<u64>().ok()).unwrap_or_default();
        let mut suite = Suite {
            name: attribute("name").unwrap_or_default(),
            counts_failures: count("failures") > 0 || count("errors") > 0,
            ..Suite::default()
        };
        if let Some(clock) = attribute("timestamp").as_deref().and_then(Clock::at) {
            suite.outer_clock = Some(std::mem::replace(&mut self.clock, clock));
        }
        self.suites.push(suite);
    }

    fn begin_case(&mut self, attribute: &impl Fn(&str) -> Option<String>) {
        self.cases += 1;
        let class = attribute("classname").filter(|class| !class.is_empty());
        let name = attribute("name").filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| format!("?{}", self.cases));
        let id = class.map_or(name.clone(), |class| format!("{class}::{name}"));
        let said = ["status", "result"].into_iter().find_map(|name| said(&attribute(name)?));
        // nextest and others know when each case began.
        if let Some(clock) = attribute("timestamp").as_deref().and_then(Clock::at) {
            self.clock = clock;
        }
        self.case = Some(Case {
            id: id.replace('\0', "\u{fffd}"),
            duration: attribute("time").as_deref().and_then(duration),
            said,
            ..Case::default()
        });
    }

    fn end_case<E>(&mut self, out: &mut impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<(), E> {
        let Some(case) = self.case.take() else { return Ok(()) };
        if case.status() == Status::Fail {
            self.has_failed = true;
            self.suites.iter_mut().for_each(|suite| suite.has_failed_case = true);
        }
        case.write(&mut self.clock, out)
    }

    fn end_suite<E>(&mut self, out: &mut impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<(), E> {
        let Some(Suite { name, counts_failures, has_failed_case, outer_clock, mut itself }) = self.suites.pop() else {
            return Ok(());
        };
        for (file, text) in [(STDOUT, &itself.stdout), (STDERR, &itself.stderr)] {
            if !text.is_empty() {
                out(&Event::global_file(file, text.as_bytes()))?;
            }
        }
        if !itself.properties.is_empty() {
            let json = Value::Object(std::mem::take(&mut itself.properties)).to_string() + "\n";
            out(&Event::global_file(PROPERTIES, json.as_bytes()).mime_type("application/json").eof())?;
        }
        let has_failed = itself.status() == Status::Fail || counts_failures && !has_failed_case;
        if has_failed {
            self.has_failed = true;
            self.suites.iter_mut().for_each(|suite| suite.has_failed_case = true);
            let details = std::mem::take(&mut itself.details);
            let id = format!("{name} [suite]").trim_start().replace('\0', "\u{fffd}");
            Case { id, details, said: Some(Status::Fail), ..Case::default() }.write(&mut self.clock, out)?;
        }
        if let Some(clock) = outer_clock {
            self.clock = clock;
        }
        Ok(())
    }

    /// What a detail, output or property belongs to: the case, or the suite if none is open.
    fn current(&mut self) -> Option<&mut Case> {
        match &mut self.case {
            Some(case) => Some(case),
            None => self.suites.last_mut().map(|suite| &mut suite.itself),
        }
    }

    /// Gives the text that was read to the element that it stands in.
    fn take_text(&mut self) {
        let text = std::mem::take(&mut self.text);
        let element = self.open.last().copied();
        if text.is_empty() {
            return;
        }
        let Some(case) = self.current() else { return };
        match element {
            Some(Element::Output) => case.stdout.push_str(&text),
            Some(Element::ErrorOutput) => case.stderr.push_str(&text),
            Some(Element::Detail | Element::StackTrace) => {
                if let Some(detail) = case.details.last_mut() {
                    detail.body.push_str(&text);
                }
            }
            _ => {}
        }
    }
}
