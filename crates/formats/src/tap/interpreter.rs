//! From the lines of TAP to events: which test a line is about, and what became of it.

use std::time::Duration;

use subunit_codec::names::TAP_COMMENT;
use subunit_codec::{Event, Status};

use super::diagnostics::Diagnostics;
use super::document::{Announced, Dialect};
use super::events::{ERRORS, Out, write_failure};
use super::input::Input;
use super::lex::Indent;
use super::line::{Line, Plan};
use super::log_prefix::Source;
use super::pending::Hold;
use super::point::{Directive, Point};
use super::prefix::Prefix;
use super::stack::{Place, Stack};
use super::text::{push_id, push_name};

/// What is wrong with TAP without a plan and without test points.
const NO_TESTS: &str = "no tests were found";

/// Turns lines of TAP into events.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Interpreter {
    pub(super) stack: Stack,
    pub(super) diagnostics: Diagnostics,
    /// Whether a line of TAP was read.
    has_tap: bool,
    /// Whether an earlier document had tests.
    had_tests: bool,
    /// Whether a version line begins no new document: a script of prove has only one.
    is_single: bool,
    pub(super) has_bailed_out: bool,
    has_failed: bool,
}

impl Interpreter {
    pub(super) fn new(prefix: Prefix) -> Self {
        Self {
            stack: Stack::new(prefix),
            diagnostics: Diagnostics::default(),
            has_tap: false,
            had_tests: false,
            is_single: false,
            has_bailed_out: false,
            has_failed: false,
        }
    }

    /// Begins the document of a script of prove, or one around those scripts. If it `is_single`, a
    /// version line begins no other.
    pub(super) fn begin(&mut self, prefix: Prefix, is_single: bool) {
        self.stack.restart(Indent::default(), prefix, Dialect::default());
        (self.is_single, self.has_tap, self.diagnostics.has_points) = (is_single, false, false);
    }

    /// Whether a test failed. One of a subtest that may be excused has not, so far.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed || self.diagnostics.pending.held.has_failed
    }

    /// Takes note of a test that failed.
    pub(super) fn failed(&mut self) {
        self.has_failed = true;
    }

    /// Whether neither a test point nor a plan was read so far.
    pub(super) fn is_before_tests(&self) -> bool {
        !self.had_tests && self.stack.is_fresh()
    }

    /// Whether no line of TAP was read, so that the next one may have the prefix of a log before
    /// it.
    pub(super) fn is_before_tap(&self) -> bool {
        !self.has_tap && self.diagnostics.pending.yaml_indent.is_none()
    }

    pub(super) fn is_in_yaml(&self) -> bool {
        self.diagnostics.pending.yaml_indent.is_some()
    }

    /// Takes in a line of a block of YAML; `false` if it is in none.
    pub(super) fn yaml<E>(&mut self, input: &Input<'_>, out: &mut Out<'_, E>) -> Result<bool, E> {
        self.diagnostics.yaml(&self.stack, input, out)
    }

    /// Takes in a line that is not in a block of YAML.
    pub(super) fn line<E>(&mut self, input: &Input<'_>, out: &mut Out<'_, E>) -> Result<(), E> {
        let indent = input.indent;
        match &input.line {
            Line::Comment(_) => self.diagnostics.comment(&mut self.stack, input.raw, input.inner, out),
            _ if self.has_bailed_out => self.diagnostics.text(input.raw, out),
            // Most test points are where the line before them was.
            Line::Point(point) if self.is_at(indent) || self.enter(indent, false, out)? => self.point(point, out),
            Line::Plan(plan) if self.has_such_plans(plan) && self.enter(indent, false, out)? => {
                self.plan(plan, input.raw, out)
            }
            Line::Subtest(name) => self.subtest(input, name, out),
            Line::Version { number, is_kernel } if self.version(input, *number, *is_kernel, out)? => Ok(()),
            Line::Pragma(keys) if self.reach(indent, false, out)? => {
                self.pragma(indent, keys);
                Ok(())
            }
            Line::BailOut(reason) if self.stack.has_such_tabs(indent) => self.bail_out(reason, out),
            Line::YamlStart
                if self.diagnostics.has_result() && indent.columns > self.stack.innermost().indent.columns =>
            {
                self.diagnostics.pending.yaml_indent = Some(indent.columns);
                self.diagnostics.yaml(&self.stack, input, out).map(drop)
            }
            Line::BraceOpens
                if self.diagnostics.has_result() && indent.columns == self.stack.innermost().indent.columns =>
            {
                self.announce_braced();
                Ok(())
            }
            Line::BraceCloses if self.stack.closes_brace(indent) => self.leave(indent, out),
            Line::Blank if input.content.is_empty() => self.diagnostics.text(input.raw, out),
            Line::Blank if self.diagnostics.pending.is_there => self.diagnostics.diagnostic(input.content, out),
            Line::Blank => self.diagnostics.text(input.raw, out),
            _ => self.diagnostics.other(&mut self.stack, input, out),
        }
    }

    /// Writes the start of a line that cannot become TAP. The rest of it is text, too.
    pub(super) fn start_of_text<E>(&mut self, start: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        self.stack.innermost_mut().not_tap();
        self.diagnostics.text(start, out)
    }

    /// The outermost document has ended: writes the last result and what is missing. If
    /// `expects_tests`, it fails if no test was read so far.
    pub(super) fn end<E>(&mut self, expects_tests: bool, out: &mut Out<'_, E>) -> Result<(), E> {
        self.diagnostics.pending.settle(out)?;
        self.diagnostics.lead_as_text(out)?;
        self.diagnostics.pending.held.end(out)?;
        if self.has_bailed_out {
            return Ok(());
        }
        if expects_tests && self.is_before_tests() {
            self.failed();
            let id = [self.stack.root().prefix.as_str(), ERRORS].concat();
            return write_failure(id, NO_TESTS, self.diagnostics.time, out);
        }
        self.has_failed |= self.stack.close_all(self.diagnostics.time, out)?;
        Ok(())
    }

    /// Goes to the document that a line of TAP with this indentation is in, and begins it if need
    /// be. `false` if the line cannot be TAP.
    fn enter<E>(&mut self, indent: Indent, is_kernel: bool, out: &mut Out<'_, E>) -> Result<bool, E> {
        match self.stack.place(indent, is_kernel) {
            Place::Here => {}
            Place::Elsewhere { step } => self.go(indent, step, out)?,
            // The start of a log may be lost, and the first version line be that of a subtest.
            Place::Outside => self.begin_document(indent, self.stack.root().dialect, out)?,
            Place::Nowhere => return Ok(false),
        }
        self.has_tap = true;
        Ok(true)
    }

    /// Whether a line of TAP with this indentation is in the innermost document, as one before it.
    fn is_at(&self, indent: Indent) -> bool {
        self.has_tap && self.stack.innermost().indent == indent
    }

    /// As [`enter`](Self::enter), but ends no subtest: only a test point does.
    fn reach<E>(&mut self, indent: Indent, is_kernel: bool, out: &mut Out<'_, E>) -> Result<bool, E> {
        let is_around = self.stack.innermost().indent.columns > indent.columns
            && self.stack.root().indent.columns <= indent.columns;
        let is_known = self.stack.at(indent).indent.columns == indent.columns && self.stack.has_such_tabs(indent);
        if is_around { Ok(is_known) } else { self.enter(indent, is_kernel, out) }
    }

    /// Leaves the subtests that are indented further than this.
    fn leave<E>(&mut self, indent: Indent, out: &mut Out<'_, E>) -> Result<(), E> {
        if self.stack.innermost().indent.columns > indent.columns {
            self.go(indent, 1, out)?;
        }
        Ok(())
    }

    /// Goes to the document at `indent`, with levels of so many columns. The subtests that this
    /// ends may lack something.
    fn go<E>(&mut self, indent: Indent, step: usize, out: &mut Out<'_, E>) -> Result<(), E> {
        let pending = &mut self.diagnostics.pending;
        pending.settle(out)?;
        let time = self.diagnostics.time;
        if hold(&self.stack, self.is_single).is_none() {
            self.has_failed |= self.stack.enter(indent, step, time, out)?;
            return Ok(());
        }
        let depth = self.stack.depth_at(indent) + 1;
        self.stack.enter(indent, step, time, &mut |event| pending.held.hold(event, depth, out)).map(drop)
    }

    /// Ends the outermost document, and begins another one.
    fn begin_document<E>(&mut self, indent: Indent, dialect: Dialect, out: &mut Out<'_, E>) -> Result<(), E> {
        self.end(false, out)?;
        self.had_tests = !self.is_before_tests();
        self.diagnostics.has_points = false;
        self.stack.restart(indent, self.stack.root().prefix.clone(), dialect);
        Ok(())
    }

    pub(super) fn point<E>(&mut self, point: &Point<'_>, out: &mut Out<'_, E>) -> Result<(), E> {
        self.diagnostics.pending.settle(out)?;
        self.diagnostics.has_points = true;
        let number = self.stack.point(point.number);
        let document = self.stack.innermost_mut();
        document.next = None;
        let dialect = document.dialect;
        let apart;
        let point = if dialect.is_kernel {
            apart = point.clone().with_data_apart();
            &apart
        } else {
            point
        };
        let status = match point.status(dialect.is_kernel) {
            _ if document.is_to_do(number) => Point { directive: Some(Directive::Todo), ..point.clone() }.status(false),
            status => status,
        };
        let is_to_do = matches!(status, Status::ExpectedFailure | Status::UnexpectedSuccess);
        self.diagnostics.pending.held.parent(self.stack.depth(), is_to_do, out)?;
        let duration = point.duration();
        let description = duration.map_or(point.description, |(name, _, _)| name);
        let pending = &mut self.diagnostics.pending;
        let id = &mut pending.id;
        id.clear();
        id.push_str(self.stack.innermost().prefix.as_str());
        pending.own = id.len();
        push_id(id, number, "", description, dialect.escapes_backslash);
        pending.begin(status, hold(&self.stack, self.is_single), self.diagnostics.time, out)?;
        if let Some((_, text, milliseconds)) = duration {
            self.diagnostics.pending.write_start(Duration::from_millis(milliseconds), out)?;
            self.diagnostics.pending.comment(text, out)?;
        }
        if !point.remark.is_empty() {
            self.diagnostics.pending.remark(point.remark, dialect.escapes_backslash, out)?;
        }
        if point.opens {
            self.announce_braced();
        }
        Ok(())
    }

    fn plan<E>(&mut self, plan: &Plan<'_>, line: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        if !self.stack.innermost_mut().plan(plan) {
            return self.diagnostics.text(line, out);
        }
        if plan.last == 0 { self.skip(plan.comment, out) } else { Ok(()) }
    }

    /// All tests of the innermost document are skipped.
    pub(super) fn skip<E>(&mut self, comment: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        self.diagnostics.pending.settle(out)?;
        let prefix = self.stack.innermost().prefix.as_str();
        // python-subunit says of this test, and of no other, that it can be run by itself.
        let event = Event::test([prefix, "file skip"].concat()).status(Status::Skip);
        let event = Event { timestamp: self.diagnostics.time, runnable: prefix.is_empty(), ..event }.eof();
        if comment.is_empty() { out(&event) } else { out(&event.file(TAP_COMMENT, comment)) }
    }

    /// Takes in a version line; `false` if it is none here.
    fn version<E>(&mut self, input: &Input<'_>, number: u64, is_kernel: bool, out: &mut Out<'_, E>) -> Result<bool, E> {
        let indent = input.indent;
        if !self.has_tap && self.stack.is_fresh() {
            self.stack.set_margin(indent);
            self.has_tap = true;
        } else if self.begins_document(indent) {
            self.begin_document(indent, Dialect::default(), out)?;
        } else if !self.reach(indent, is_kernel, out)? {
            return Ok(false);
        }
        let document = self.stack.at(indent);
        if number < 13 && !is_kernel || !document.is_fresh() {
            document.not_tap();
        }
        document.has_version = true;
        document.dialect = document.dialect.with_version(number, is_kernel);
        if input.source == Source::KernelLog {
            document.dialect = document.dialect.of_kernel();
        }
        Ok(true)
    }

    /// Whether a version line with this indentation begins a new document: at the margin, if the
    /// one before it is complete, or a module of the kernel that has printed tests.
    fn begins_document(&self, indent: Indent) -> bool {
        let root = self.stack.root();
        let is_over =
            || root.is_complete() || root.dialect.is_kernel && (root.has_points() || self.stack.is_in_subtest());
        indent == root.indent && !self.is_single && is_over()
    }

    /// Whether the version allows for the plan: from 13 on, none has a list of tests to do.
    fn has_such_plans(&self, plan: &Plan<'_>) -> bool {
        plan.todo.is_empty() || !self.stack.innermost().dialect.escapes_backslash
    }

    fn pragma(&mut self, indent: Indent, keys: &[u8]) {
        let dialect = &mut self.stack.at(indent).dialect;
        for key in keys.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            match key {
                b"+strict" => dialect.is_strict = true,
                b"-strict" => dialect.is_strict = false,
                _ => {}
            }
        }
    }

    fn bail_out<E>(&mut self, reason: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        self.diagnostics.pending.settle(out)?;
        self.diagnostics.pending.held.end(out)?;
        let escapes_backslash = self.stack.innermost().dialect.escapes_backslash;
        let pending = &mut self.diagnostics.pending;
        let id = &mut pending.id;
        id.clear();
        id.push_str(self.stack.root().prefix.as_str());
        id.push_str("Bail out!");
        if !reason.is_empty() {
            id.push(' ');
            push_name(id, reason, escapes_backslash);
        }
        (self.has_bailed_out, self.has_failed, self.diagnostics.has_points, self.has_tap) = (true, true, true, true);
        self.diagnostics.pending.begin(Status::Fail, None, self.diagnostics.time, out)
    }

    /// Takes in the comment that announces a subtest, or that names the one that it is in.
    fn subtest<E>(&mut self, input: &Input<'_>, name: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        if !self.stack.has_such_tabs(input.indent) && input.indent.tabs > 0 {
            // Only KUnit has tabs, before the kernel had a version line of its own.
            self.stack.set_dialect(Dialect::of_kernel);
        }
        if !self.enter(input.indent, false, out)? {
            return self.diagnostics.comment(&mut self.stack, input.raw, input.raw.trim_ascii(), out);
        }
        self.diagnostics.pending.settle(out)?;
        if !self.stack.can_be_named() {
            self.stack.innermost_mut().next = Some(Announced::Comment(name.to_vec()));
            return Ok(());
        }
        // Nothing announced it, as in KUnit and in what Perl printed long ago.
        let document = self.stack.innermost();
        match document.dialect.version {
            _ if document.has_version => {}
            14 => self.stack.set_dialect(Dialect::of_kernel),
            0 => self.stack.set_dialect(|dialect| Dialect { may_be_kunit: !dialect.is_kernel, ..dialect }),
            _ => {}
        }
        self.stack.name(name);
        Ok(())
    }

    /// The test point that is pending has its tests in braces.
    fn announce_braced(&mut self) {
        let id = self.diagnostics.pending.own_id().to_owned();
        self.stack.innermost_mut().next = Some(Announced::Brace(id));
    }
}

/// Whether a failure in the innermost document waits for the test point of the parent, which may
/// excuse it as TAP 12 and prove have it: a subtest of theirs is no TAP. To node and the kernel the
/// tests of a subtest count, whatever the parent is. Node writes a version line and YAML.
fn hold(stack: &Stack, is_of_prove: bool) -> Option<Hold> {
    let dialect = stack.innermost().dialect;
    let is_ignored = is_of_prove || dialect.version == 0;
    let may_wait = stack.is_in_subtest() && is_ignored && !dialect.is_kernel && !stack.has_braces();
    may_wait.then(|| Hold { depth: stack.depth(), with_yaml: is_of_prove })
}
