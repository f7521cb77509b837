//! From the lines of TAP to events: which test a line is about, and what became of it.

use std::time::Duration;

use subunit_codec::{Event, Status, Timestamp};

use super::document::{Announced, Dialect};
use super::events::{Out, write_failure, write_text};
use super::kernel;
use super::lex::{Indent, indentation};
use super::line::{Line, Plan};
use super::log_prefix::Source;
use super::pending::Pending;
use super::point::{Directive, Point};
use super::prefix::Prefix;
use super::stack::{Place, Stack};
use super::text::{push_id, push_name, unescape};

/// A line and what it is.
#[derive(Debug)]
pub(super) struct Input<'a> {
    /// All of it, with its end.
    pub(super) raw: &'a [u8],
    /// Without its end, and without the prefix of a log.
    pub(super) content: &'a [u8],
    pub(super) indent: Indent,
    /// Without its indentation, too.
    pub(super) inner: &'a [u8],
    pub(super) line: Line<'a>,
    pub(super) source: Source,
}

impl<'a> Input<'a> {
    pub(super) fn new(raw: &'a [u8], content: &'a [u8], source: Source) -> Self {
        let (indent, inner) = indentation(content);
        let line = match Line::parse(inner.trim_ascii_end()) {
            line if source == Source::KernelLog && !kernel::may_print(&line) => Line::Other,
            line => line,
        };
        Self { raw, content, indent, inner, line, source }
    }

    pub(super) fn is_version(&self) -> bool {
        matches!(self.line, Line::Version { .. })
    }
}

/// Where the rest goes of a line that is too long to be read as one.
#[derive(Clone, Copy, Debug)]
enum Rest {
    Text,
    Comment,
    Yaml,
}

/// Turns lines of TAP into events.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Interpreter {
    pub(super) stack: Stack,
    pending: Pending,
    rest: Rest,
    pub(super) time: Option<Timestamp>,
    /// Whether a line of TAP was read.
    has_tap: bool,
    /// Whether the present document has, or had, a test point.
    has_points: bool,
    /// Whether an earlier document had tests.
    had_tests: bool,
    /// Whether a version line begins no new document: a script of prove has only one.
    is_single: bool,
    pub(super) has_bailed_out: bool,
    pub(super) has_failed: bool,
}

impl Interpreter {
    pub(super) fn new(prefix: Prefix) -> Self {
        Self {
            stack: Stack::new(prefix),
            pending: Pending::default(),
            rest: Rest::Text,
            time: None,
            has_tap: false,
            has_points: false,
            had_tests: false,
            is_single: false,
            has_bailed_out: false,
            has_failed: false,
        }
    }

    /// Begins the document of a script of prove, or one around those scripts. If it `is_single`, a version
    /// line begins no other.
    pub(super) fn begin(&mut self, prefix: Prefix, is_single: bool) {
        self.stack.restart(Indent::default(), prefix, Dialect::default());
        (self.is_single, self.has_tap, self.has_points) = (is_single, false, false);
    }

    /// A line comes, at this time.
    pub(super) fn begin_line(&mut self, time: Option<Timestamp>) {
        (self.time, self.rest) = (time, Rest::Text);
    }

    /// Whether neither a test point nor a plan was read so far.
    pub(super) fn is_before_tests(&self) -> bool {
        !self.had_tests && self.stack.is_fresh()
    }

    /// Whether no line of TAP was read, so that the next one may have the prefix of a log before it.
    pub(super) fn is_before_tap(&self) -> bool {
        !self.has_tap && self.pending.yaml_indent.is_none()
    }

    pub(super) fn is_in_yaml(&self) -> bool {
        self.pending.yaml_indent.is_some()
    }

    /// Takes in a line that is not in a block of YAML.
    pub(super) fn line<E>(&mut self, input: &Input<'_>, out: &mut Out<'_, E>) -> Result<(), E> {
        let indent = input.indent;
        match &input.line {
            Line::Comment(_) => self.comment(input.raw, input.inner, out),
            _ if self.has_bailed_out => self.text(input.raw, out),
            Line::Point(point) if self.enter(indent, false, out)? => self.point(point, out),
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
            Line::YamlStart if self.has_result() && indent.columns > self.stack.innermost().indent.columns => {
                self.pending.yaml_indent = Some(indent.columns);
                self.yaml(input, out).map(drop)
            }
            Line::BraceOpens if self.has_result() && indent.columns == self.stack.innermost().indent.columns => {
                self.announce_braced();
                Ok(())
            }
            Line::BraceCloses if self.stack.closes_brace(indent) => self.leave(indent, out),
            Line::Blank if input.content.is_empty() => self.text(input.raw, out),
            Line::Blank if self.pending.is_there => self.diagnostic(input.content, out),
            Line::Blank => self.text(input.raw, out),
            _ => self.other(input, out),
        }
    }

    /// Takes in more of the line that came last.
    pub(super) fn rest<E>(&mut self, bytes: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        match self.rest {
            Rest::Text => self.text(bytes, out),
            Rest::Comment => self.pending.more_comment(bytes.strip_suffix(b"\n").unwrap_or(bytes), out),
            Rest::Yaml => self.pending.yaml(bytes, out),
        }
    }

    /// Writes what waits for more.
    pub(super) fn pause<E>(&mut self, out: &mut Out<'_, E>) -> Result<(), E> {
        let is_late = self.has_result();
        self.pending.settle(out)?;
        self.pending.is_late = is_late;
        // More of a long line would have been for the result that is written now.
        self.rest = Rest::Text;
        self.lead_as_text(out)
    }

    /// Writes the diagnostics that wait for a test point that does not come.
    pub(super) fn lead_as_text<E>(&mut self, out: &mut Out<'_, E>) -> Result<(), E> {
        self.pending.lead_as_text(self.time, out)
    }

    /// Writes the start of a line that cannot become TAP. The rest of it is text, too.
    pub(super) fn start_of_text<E>(&mut self, start: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        self.stack.innermost_mut().not_tap();
        self.text(start, out)
    }

    /// The outermost document has ended: writes the last result and what is missing. If `expects_tests`,
    /// there has to be one.
    pub(super) fn end<E>(&mut self, expects_tests: bool, out: &mut Out<'_, E>) -> Result<(), E> {
        self.pending.settle(out)?;
        self.lead_as_text(out)?;
        if self.has_bailed_out {
            return Ok(());
        }
        if expects_tests && self.is_before_tests() {
            self.has_failed = true;
            let id = [self.stack.root().prefix.as_str(), "tap errors"].concat();
            return write_failure(id, "no tests", self.time, out);
        }
        self.has_failed |= self.stack.close_all(self.time, out)?;
        Ok(())
    }

    /// Goes to the document that a line of TAP with this indentation is in, and begins it if need be.
    /// `false` if the line cannot be TAP.
    fn enter<E>(&mut self, indent: Indent, is_kernel: bool, out: &mut Out<'_, E>) -> Result<bool, E> {
        match self.stack.place(indent, is_kernel) {
            Place::Here => {}
            Place::Elsewhere { step } => {
                self.pending.settle(out)?;
                self.has_failed |= self.stack.enter(indent, step, self.time, out)?;
            }
            // The start of a log may be lost, and the first version line be that of a subtest.
            Place::Outside => self.begin_document(indent, self.stack.root().dialect, out)?,
            Place::Nowhere => return Ok(false),
        }
        self.has_tap = true;
        Ok(true)
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
            self.pending.settle(out)?;
            self.has_failed |= self.stack.enter(indent, 1, self.time, out)?;
        }
        Ok(())
    }

    /// Ends the outermost document, and begins another one.
    fn begin_document<E>(&mut self, indent: Indent, dialect: Dialect, out: &mut Out<'_, E>) -> Result<(), E> {
        self.end(false, out)?;
        self.had_tests = !self.is_before_tests();
        self.has_points = false;
        self.stack.restart(indent, self.stack.root().prefix.clone(), dialect);
        Ok(())
    }

    pub(super) fn point<E>(&mut self, point: &Point<'_>, out: &mut Out<'_, E>) -> Result<(), E> {
        self.pending.settle(out)?;
        self.has_points = true;
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
        self.has_failed |= status == Status::Fail;
        let duration = point.duration();
        let description = duration.map_or(point.description, |(name, _, _)| name);
        let id = &mut self.pending.id;
        id.clear();
        id.push_str(document.prefix.as_str());
        self.pending.own = id.len();
        push_id(id, number, "", description, dialect.escapes_backslash);
        self.pending.begin(status, self.time, out)?;
        if let Some((_, text, milliseconds)) = duration {
            self.pending.write_start(Duration::from_millis(milliseconds), out)?;
            self.pending.comment(text, out)?;
        }
        if !point.remark.is_empty() {
            let mut remark = Vec::new();
            unescape(point.remark, dialect.escapes_backslash, &mut remark);
            self.pending.comment(&remark, out)?;
        }
        if point.opens {
            self.announce_braced();
        }
        Ok(())
    }

    fn plan<E>(&mut self, plan: &Plan<'_>, line: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        if !self.stack.innermost_mut().plan(plan) {
            return self.text(line, out);
        }
        if plan.last == 0 { self.skip(plan.comment, out) } else { Ok(()) }
    }

    /// All tests of the innermost document are skipped.
    pub(super) fn skip<E>(&mut self, comment: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        self.pending.settle(out)?;
        let prefix = self.stack.innermost().prefix.as_str();
        // python-subunit says of this test, and of no other, that it can be run by itself.
        let event = Event::test([prefix, "file skip"].concat()).status(Status::Skip);
        let event = Event { timestamp: self.time, runnable: prefix.is_empty(), ..event }.eof();
        if comment.is_empty() { out(&event) } else { out(&event.file("tap comment", comment)) }
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

    /// Whether a version line with this indentation begins a new document: at the margin, if the one
    /// before it is complete, or a module of the kernel that has printed tests.
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
        self.pending.settle(out)?;
        let escapes_backslash = self.stack.innermost().dialect.escapes_backslash;
        let id = &mut self.pending.id;
        id.clear();
        id.push_str(self.stack.root().prefix.as_str());
        id.push_str("Bail out!");
        if !reason.is_empty() {
            id.push(' ');
            push_name(id, reason, escapes_backslash);
        }
        (self.has_bailed_out, self.has_failed, self.has_points, self.has_tap) = (true, true, true, true);
        self.pending.begin(Status::Fail, self.time, out)
    }

    /// Takes in the comment that announces a subtest, or that names the one that it is in.
    fn subtest<E>(&mut self, input: &Input<'_>, name: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        if !self.stack.has_such_tabs(input.indent) && input.indent.tabs > 0 {
            // Only KUnit has tabs, before the kernel had a version line of its own.
            self.stack.set_dialect(Dialect::of_kernel);
        }
        if !self.enter(input.indent, false, out)? {
            return self.comment(input.raw, input.raw.trim_ascii(), out);
        }
        self.pending.settle(out)?;
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

    /// Whether there is a test point that braces or YAML can follow.
    fn has_result(&self) -> bool {
        self.pending.is_there || self.pending.is_late
    }

    /// The test point that is pending has its tests in braces.
    fn announce_braced(&mut self) {
        let id = self.pending.own_id().to_owned();
        self.stack.innermost_mut().next = Some(Announced::Brace(id));
    }

    /// Takes in a line of a block of YAML; `false` if the block ended before it without saying so.
    pub(super) fn yaml<E>(&mut self, input: &Input<'_>, out: &mut Out<'_, E>) -> Result<bool, E> {
        let Some(block) = self.pending.yaml_indent else { return Ok(false) };
        let content = input.content;
        let is_tap = matches!(input.line, Line::Point(_) | Line::Plan(_) | Line::BailOut(_));
        if is_tap && input.indent.columns <= self.stack.innermost().indent.columns {
            self.pending.end_yaml(out)?;
            return Ok(false);
        }
        if self.pending.is_there {
            let blanks = content.iter().take(block).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            self.rest = Rest::Yaml;
            self.pending.yaml(&content[blanks..], out)?;
            // A piece of a long line has no end.
            if input.raw.ends_with(b"\n") {
                self.pending.yaml(b"\n", out)?;
            }
        } else {
            self.text(input.raw, out)?;
        }
        if input.indent.columns == block && content.trim_ascii() == b"..." {
            self.pending.end_yaml(out)?;
        }
        Ok(true)
    }

    fn comment<E>(&mut self, line: &[u8], comment: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        let leads = self.leads(comment);
        if leads {
            self.pending.settle(out)?;
        }
        if self.pending.is_there {
            return self.diagnostic(comment, out);
        }
        if self.has_points && !leads || !self.pending.lead(comment) {
            self.lead_as_text(out)?;
            return self.text(line, out);
        }
        Ok(())
    }

    /// Whether a comment is for the test point that comes next, as the signs of the kernel in it or
    /// before it say.
    fn leads(&mut self, comment: &[u8]) -> bool {
        let dialect = self.stack.innermost().dialect;
        if dialect.is_kernel {
            return true;
        }
        if kernel::is_of_runner(comment) {
            self.stack.set_dialect(Dialect::of_kernel);
        } else if kernel::is_of_harness(comment) {
            self.stack.set_dialect(|dialect| Dialect { diagnostics_lead: true, ..dialect });
        } else if let Some((name, message)) = kernel::case_and_message(comment)
            && !self.pending.is_named(name)
        {
            if kernel::is_failure(message) {
                self.pending.comment_leads_from(&[b"# ", name, b": "].concat());
                self.stack.set_dialect(Dialect::of_kernel);
            } else if dialect.may_be_kunit {
                return true;
            }
        }
        self.stack.innermost().dialect.diagnostics_lead || dialect.may_be_kunit && self.pending.has_lead()
    }

    /// Adds a line to the comment of the test that is pending.
    fn diagnostic<E>(&mut self, line: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        self.rest = Rest::Comment;
        self.pending.comment(line, out)
    }

    /// A line that is not TAP. It continues a diagnostic that leads; else, if it is indented, it belongs to
    /// the test before it.
    fn other<E>(&mut self, input: &Input<'_>, out: &mut Out<'_, E>) -> Result<(), E> {
        let document = self.stack.innermost_mut();
        document.not_tap();
        let (columns, dialect) = (document.indent.columns, document.dialect);
        if (dialect.diagnostics_lead || dialect.may_be_kunit) && self.pending.has_lead() {
            return self.comment(input.raw, input.content, out);
        }
        if self.pending.is_there && input.indent.columns > columns {
            return self.diagnostic(input.content, out);
        }
        self.text(input.raw, out)
    }

    fn text<E>(&mut self, text: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        write_text(text, self.time, out)
    }
}
