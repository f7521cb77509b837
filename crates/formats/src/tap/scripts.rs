//! The layer of prove: which script the TAP is of, and the verdicts on scripts.

use std::mem;

use subunit_codec::{Event, Status};

use super::events::{Out, TEXT};
use super::input::Input;
use super::interpreter::Interpreter;
use super::line::Line;
use super::prefix::Prefix;
use super::prove::{self, Heading, Remark, Session};
use super::text::push_name;

/// TAP of one script, or of each script that prove runs.
#[derive(Debug)]
pub(super) struct Scripts {
    prove: Session,
    pub(super) tap: Interpreter,
    /// What the ids of all tests begin with.
    prefix: Prefix,
    expects_tests: bool,
}

impl Scripts {
    pub(super) fn new(prefix: Prefix, expects_tests: bool) -> Self {
        Self { prove: Session::default(), tap: Interpreter::new(prefix.clone()), prefix, expects_tests }
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
        self.tap.end(self.expects_tests, out)?;
        // A script that did not finish did not pass.
        self.tap.has_failed |= self.prove.script.is_some();
        if self.tap.has_bailed_out { self.end_script(Status::Fail, out) } else { Ok(()) }
    }

    /// Takes in the next line, or the end, behind an `ok` that may be the verdict on a script. If
    /// it was no verdict, it is a test point.
    pub(super) fn settle_verdict<E>(&mut self, line: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
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
                let Some(heading) = self.prove.heading(input.content) else { return Ok(false) };
                self.begin_script(&heading, out)?;
                Ok(true)
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
        self.expects_tests = false;
        let Some(reason) = heading.skipped else { return Ok(()) };
        self.tap.skip(reason, out)?;
        self.end_script(Status::Success, out)
    }

    /// Ends the script that is being read, if there is one.
    fn end_script<E>(&mut self, verdict: Status, out: &mut Out<'_, E>) -> Result<(), E> {
        self.tap.end(false, out)?;
        let Some(script) = self.prove.script.take() else { return Ok(()) };
        self.tap.has_failed |= verdict == Status::Fail;
        let event = Event { timestamp: self.tap.diagnostics.time, ..Event::test(script.id).status(verdict) };
        if script.remarks.is_empty() {
            out(&event)?;
        } else {
            out(&event.file("tap meta", script.remarks).mime_type(TEXT).eof())?;
        }
        self.tap.begin(self.prefix.clone(), false);
        Ok(())
    }
}
