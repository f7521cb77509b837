//! The layer of prove: which script the TAP is of, and the verdicts on scripts.

use std::mem;

use subunit_codec::names::{TAP_META, TAP_TEXT};
use subunit_codec::{Event, Status};

use super::events::{ERRORS, Out, write_failure};
use super::input::Input;
use super::interpreter::Interpreter;
use super::line::Line;
use super::prefix::Prefix;
use super::prove::{self, Heading, Remark, Session, Summary, Verdict};
use super::text::push_name;

/// TAP of one script, or of each script that prove runs.
#[derive(Debug)]
pub(super) struct Scripts {
    prove: Session,
    pub(super) tap: Interpreter,
    /// What the ids of all tests begin with.
    prefix: Prefix,
    /// Whether prove said something of a script, or of the run.
    has_verdict: bool,
}

impl Scripts {
    pub(super) fn new(prefix: Prefix) -> Self {
        Self { prove: Session::default(), tap: Interpreter::new(prefix.clone()), prefix, has_verdict: false }
    }

    /// Whether the start of a line may become one with a meaning.
    pub(super) fn may_become(&self, start: &[u8]) -> bool {
        let may_be_tap = || Line::may_become(start) || self.prove.may_become(start, self.tap.is_before_tests());
        !self.tap.has_bailed_out && may_be_tap()
    }

    #[inline]
    pub(super) fn line<E>(&mut self, input: &Input<'_>, out: &mut Out<'_, E>) -> Result<(), E> {
        if self.prove.script.is_some() {
            self.settle_verdict(input.content, out)?;
        }
        if self.tap.is_in_yaml() && self.tap.yaml(input, out)? {
            return Ok(());
        }
        let may_be_of_prove = self.prove.script.is_some() || matches!(input.line, Line::Other);
        if may_be_of_prove && !self.tap.has_bailed_out && self.prove(input, out)? {
            return Ok(());
        }
        self.tap.line(input, out)
    }

    /// The input has ended.
    pub(super) fn end<E>(&mut self, out: &mut Out<'_, E>) -> Result<(), E> {
        self.settle_verdict(b"", out)?;
        self.tap.end(!self.has_verdict, out)?;
        // A script that did not finish did not pass.
        if self.prove.script.is_some() {
            self.tap.failed();
        }
        if self.tap.has_bailed_out { self.end_script(Status::Fail, out) } else { Ok(()) }
    }

    /// Takes in the next line, or the end, behind an `ok` that may be the verdict on a script. If
    /// it was no verdict, it is a test point.
    fn settle_verdict<E>(&mut self, line: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        let is_ok = self.prove.script.as_mut().is_some_and(|script| mem::take(&mut script.is_ok));
        match is_ok.then(|| prove::confirms(line)) {
            None => Ok(()),
            Some(true) => self.end_script(Status::Success, out),
            Some(false) => self.tap.point(&prove::OK, out),
        }
    }

    /// Takes in a line if it is one of prove's.
    fn prove<E>(&mut self, input: &Input<'_>, out: &mut Out<'_, E>) -> Result<bool, E> {
        let is_at_margin = input.indent.columns == 0;
        match (&mut self.prove.script, &input.line) {
            (Some(script), Line::Point(_)) if is_at_margin && prove::is_timed_ok(input.content) => {
                script.remark(input.content);
                self.end_script(Status::Success, out)?;
                Ok(true)
            }
            (Some(script), Line::Point(point)) => {
                script.is_ok = is_at_margin && *point == prove::OK && self.tap.stack.root().is_complete();
                Ok(script.is_ok)
            }
            (Some(script), Line::Other) if is_at_margin => {
                let Some(remark) = Remark::parse(input.content) else { return Ok(false) };
                script.remark(input.content);
                if remark == Remark::Failure {
                    self.end_script(Status::Fail, out)?;
                }
                Ok(true)
            }
            (None, Line::Other) if is_at_margin && self.tap.is_before_tests() => {
                let Some(heading) = self.prove.heading(input.content) else {
                    self.summary(input.content, out)?;
                    return Ok(false);
                };
                self.begin_script(&heading, out)?;
                Ok(true)
            }
            (None, Line::Other) if self.tap.is_before_tests() => {
                self.summary(input.content, out)?;
                Ok(false)
            }
            _ => Ok(false),
        }
    }

    fn begin_script<E>(&mut self, heading: &Heading<'_>, out: &mut Out<'_, E>) -> Result<(), E> {
        self.tap.diagnostics.lead_as_text(out)?;
        let mut id = self.prefix.as_str().to_owned();
        push_name(&mut id, heading.name, false);
        out(&Event { timestamp: self.tap.diagnostics.time, ..Event::test(&*id).status(Status::InProgress) })?;
        self.tap.begin(Prefix::below(id.clone()), true);
        self.prove.begin(id);
        // Each script has tests or a failure.
        self.has_verdict = true;
        match (heading.verdict.as_ref(), &mut self.prove.script) {
            (Some(Verdict::Skipped(reason)), _) => self.tap.skip(reason, out)?,
            (Some(Verdict::Ok(words)), Some(script)) => script.remark(words),
            _ => return Ok(()),
        }
        self.end_script(Status::Success, out)
    }

    /// Takes note of a line of prove's between scripts or behind the last one: it may say that a
    /// script failed that was not known to. The line is text as well.
    fn summary<E>(&mut self, line: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        if let Some(reason) = prove::bail_out(line) {
            let mut id = [self.prefix.as_str(), "Bail out!"].concat();
            if !reason.is_empty() {
                id.push(' ');
                push_name(&mut id, reason, false);
            }
            return self.fail(id, line, out);
        }
        if !self.prove.is_begun {
            return Ok(());
        }
        match Summary::parse(line) {
            Some(Summary::Script(name)) => {
                let mut id = self.prefix.as_str().to_owned();
                push_name(&mut id, name, false);
                self.prove.summarized = Some(id);
            }
            Some(Summary::Problem) => {
                let Some(id) = self.prove.summarized.take() else { return Ok(()) };
                if self.prove.failed.insert(id.clone()) {
                    self.fail([Prefix::below(id).as_str(), ERRORS].concat(), line, out)?;
                }
            }
            Some(Summary::Result { has_failed }) => {
                if has_failed && self.prove.failed.is_empty() {
                    self.fail([self.prefix.as_str(), ERRORS].concat(), line, out)?;
                }
                self.prove.failed.clear();
                self.prove.summarized = None;
            }
            None => {}
        }
        Ok(())
    }

    /// Writes a failed test with prove's words.
    fn fail<E>(&mut self, id: String, words: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        self.has_verdict = true;
        self.tap.failed();
        write_failure(id, &String::from_utf8_lossy(words.trim_ascii()), self.tap.diagnostics.time, out)
    }

    /// Ends the script that is being read, if there is one.
    fn end_script<E>(&mut self, verdict: Status, out: &mut Out<'_, E>) -> Result<(), E> {
        self.tap.end(false, out)?;
        let Some(script) = self.prove.script.take() else { return Ok(()) };
        if verdict == Status::Fail {
            self.tap.failed();
            self.prove.failed.insert(script.id.clone());
        }
        let event = Event { timestamp: self.tap.diagnostics.time, ..Event::test(script.id).status(verdict) };
        if script.remarks.is_empty() {
            out(&event)?;
        } else {
            out(&event.file(TAP_META, script.remarks).mime_type(TAP_TEXT).eof())?;
        }
        self.tap.begin(self.prefix.clone(), false);
        Ok(())
    }
}
