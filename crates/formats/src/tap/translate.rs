//! From lines to events.

use std::mem;

use subunit_codec::{Event, Status, Timestamp};

use super::document::Document;
use super::line::{Line, Plan, indentation};
use super::pending::{Open, Out, PIECE, TEXT};
use super::point::{Directive, Point};
use super::printk::without_prefix;
use super::prove::Script;
use super::text::{push_id, push_name, unescape};

/// Translates TAP to events, line by line.
///
/// Each test point is a test `test N - description`, not runnable, as python-subunit has it. Tests of a subtest have the id of its
/// test point before theirs, `test 2 - parent/test 1 - child`; the description is part of it where it is known before the subtest
/// begins. What belongs to no test is text: a file `stdout`, line by line. In the output of `prove --verbose`, each script is a test
/// that succeeds or fails as prove says, and the tests of its TAP have the script's id before theirs.
///
/// A result is given out when the next line shows that it has got all its diagnostics, or at a [pause](Self::pause): diagnostics that
/// come after that are text. Which tests there are and what became of them does not depend on pauses. Memory follows
/// the depth of subtests, which is at most [`MOST_DEPTH`](Self::MOST_DEPTH), and the gaps in the numbers of tests; attachments
/// leave in pieces of a mebibyte.
///
/// ```
/// use subunit_codec::{Event, Status};
/// use subunit_formats::tap::Translator;
///
/// let mut tests = Vec::new();
/// let mut out = |event: &Event<'_>| {
///     tests.extend(event.test_id.as_deref().map(str::to_owned).zip(event.status));
///     Ok::<(), std::convert::Infallible>(())
/// };
/// let mut tap = Translator::new("", false);
/// for line in ["1..2\n", "not ok 1 - wheels\n", "# one is missing\n"] {
///     tap.line(line.as_bytes(), None, &mut out)?;
/// }
/// tap.end(&mut out)?;
/// assert_eq!(tests, [("test 1 - wheels".to_owned(), Status::Fail), ("test 2".to_owned(), Status::Fail)]);
/// assert!(tap.has_failed());
/// # Ok::<(), std::convert::Infallible>(())
/// ```
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Translator {
    /// The outermost one, and the subtest that is being read in each.
    pub(super) documents: Vec<Document>,
    /// What ids of the innermost document begin with.
    pub(super) path: String,
    /// How much of it is there from the start of the outermost one.
    pub(super) root: usize,
    pub(super) open: Open,
    /// Diagnostics before the test point that they go to: the first one, or any where [they lead](Document::diagnostics_lead).
    lead: Vec<u8>,
    pub(super) has_points: bool,
    has_bailed_out: bool,
    pub(super) has_failed: bool,
    pub(super) expects_tests: bool,
    /// Whether prove has told of a script.
    pub(super) is_of_prove: bool,
    /// The script whose TAP this is, where prove tells.
    pub(super) script: Option<Script>,
    /// Whether lines have what the kernel's log puts before them.
    has_prefix: bool,
    /// Where the rest goes of a line that is too long to be read as one.
    rest: Rest,
    pub(super) time: Option<Timestamp>,
}

/// Where the last line went.
#[derive(Clone, Copy, Debug)]
enum Rest {
    Text,
    Comment,
    Yaml,
}

impl Translator {
    /// Subtests of more levels than this are text.
    pub const MOST_DEPTH: usize = 64;

    /// A translator that puts `path` before all ids. With `expects_tests`, input without TAP is a failure.
    #[must_use]
    pub fn new(path: &str, expects_tests: bool) -> Self {
        Self {
            documents: vec![Document::default()],
            path: path.to_owned(),
            root: path.len(),
            open: Open::default(),
            lead: Vec::new(),
            has_points: false,
            has_bailed_out: false,
            has_failed: false,
            expects_tests,
            is_of_prove: false,
            script: None,
            has_prefix: false,
            rest: Rest::Text,
            time: None,
        }
    }

    /// Whether a test failed so far.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// Takes in a line with its end, `\n` or `\r\n`, that came at this time. A line that is too long for memory may be given in pieces:
    /// the first one here, the others as [`rest`](Self::rest).
    ///
    /// # Errors
    ///
    /// Those of `out`, after which the translator is of no use.
    pub fn line<E>(
        &mut self,
        line: &[u8],
        time: Option<Timestamp>,
        mut out: impl FnMut(&Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.time = time;
        self.rest = Rest::Text;
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        self.has_prefix |= content.starts_with(b"[")
            && matches!(Line::parse(without_prefix(content).trim_ascii_end()), Line::Version { .. });
        let content = if self.has_prefix { without_prefix(content) } else { content };
        self.settle_verdict(content, &mut out)?;
        let (indent, inner) = indentation(content);
        if self.open.yaml_indent.is_some() && self.yaml(line, content, indent, &mut out)? {
            return Ok(());
        }
        match Line::parse(inner.trim_ascii_end()) {
            Line::Comment(_) => self.comment(line, inner, &mut out),
            _ if self.has_bailed_out => self.text(line, &mut out),
            Line::Point(point) if self.is_verdict(indent, &point) => Ok(()),
            Line::Point(point) if self.enter(indent, false, &mut out)? => self.point(&point, &mut out),
            Line::Plan(plan) if self.has_such_plans(&plan) && self.enter(indent, false, &mut out)? => {
                self.plan(&plan, line, &mut out)
            }
            Line::Subtest(name) => self.subtest(indent, name, line, &mut out),
            Line::Version { number, is_kernel } if self.reach(indent, is_kernel, &mut out)? => {
                self.version(indent, number, is_kernel);
                Ok(())
            }
            Line::Pragma(keys) if self.reach(indent, false, &mut out)? => {
                self.pragma(indent, keys);
                Ok(())
            }
            Line::BailOut(reason) => self.bail_out(reason, &mut out),
            Line::YamlStart if (self.open.is_there || self.open.is_late) && indent > self.document().indent => {
                self.open.yaml_indent = Some(indent);
                self.yaml(line, content, indent, &mut out).map(drop)
            }
            Line::BraceOpens if (self.open.is_there || self.open.is_late) && indent == self.document().indent => {
                self.announce_braced();
                Ok(())
            }
            Line::BraceCloses if self.closes_brace(indent) => self.leave(indent, &mut out),
            Line::Blank if content.is_empty() => self.text(line, &mut out),
            Line::Blank if self.open.is_there => self.diagnostic(content, &mut out),
            Line::Blank => self.text(line, &mut out),
            _ => self.other(line, content, indent, &mut out),
        }
    }

    /// Takes in more of the line that came last.
    ///
    /// # Errors
    ///
    /// As [`line`](Self::line).
    pub fn rest<E>(&mut self, bytes: &[u8], mut out: impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<(), E> {
        let content = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        match self.rest {
            Rest::Text => self.text(bytes, &mut out),
            Rest::Comment => self.open.more_comment(content, &mut out),
            Rest::Yaml => self.open.yaml(bytes, &mut out),
        }
    }

    /// Nothing more has come for a while: gives out what waits for more, so that it is seen. `partial` is what has come of a line that
    /// is not complete; where it cannot become a line of TAP any more, it is given out as text and the answer is `true`. What follows of
    /// it then is [`rest`](Self::rest).
    ///
    /// # Errors
    ///
    /// As [`line`](Self::line).
    pub fn pause<E>(&mut self, partial: &[u8], mut out: impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<bool, E> {
        if self.open.yaml_indent.is_some() {
            return Ok(false);
        }
        if partial.is_empty() {
            self.settle_verdict(b"", &mut out)?;
        }
        let is_late = self.open.is_late || self.open.is_there;
        self.open.settle(&mut out)?;
        self.open.is_late = is_late;
        // What follows of a long line would have been for the result that is gone.
        self.rest = Rest::Text;
        self.lead_as_text(&mut out)?;
        let may_become = || Line::may_become(partial) || self.may_be_of_prove(partial);
        let is_text = !partial.is_empty() && (self.has_bailed_out || !may_become());
        if is_text {
            self.document().not_tap();
            self.text(partial, &mut out)?;
        }
        Ok(is_text)
    }

    /// The input has ended: gives out the last result and what is missing.
    ///
    /// # Errors
    ///
    /// As [`line`](Self::line).
    pub fn end<E>(&mut self, mut out: impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<(), E> {
        self.settle_verdict(b"", &mut out)?;
        self.end_document(&mut out)?;
        // A script that did not finish did not pass.
        self.has_failed |= self.script.is_some();
        if self.has_bailed_out { self.end_script(Status::Fail, &mut out) } else { Ok(()) }
    }

    /// The outermost document has ended: gives out the last result and what is missing.
    pub(super) fn end_document<E>(&mut self, out: &mut Out<'_, E>) -> Result<(), E> {
        self.open.settle(out)?;
        self.lead_as_text(out)?;
        if self.has_bailed_out {
            return Ok(());
        }
        if self.expects_tests && self.is_before_tap() {
            return self.fail("tap errors", "no tests", out);
        }
        self.leave(0, out)?;
        self.close(out)
    }

    /// Whether neither a test point nor a plan came so far, not even of a subtest.
    pub(super) fn is_before_tap(&self) -> bool {
        matches!(&self.documents[..], [document] if document.is_fresh())
    }

    /// The innermost document that is indented this far at the most.
    fn document_at(&mut self, indent: usize) -> &mut Document {
        let index = self.documents.iter().rposition(|document| document.indent <= indent);
        &mut self.documents[index.unwrap_or_default()]
    }

    /// The innermost document.
    pub(super) fn document(&mut self) -> &mut Document {
        self.documents.last_mut().expect("the outermost document is never left")
    }

    pub(super) fn point<E>(&mut self, point: &Point<'_>, out: &mut Out<'_, E>) -> Result<(), E> {
        self.open.settle(out)?;
        self.has_points = true;
        let document = self.document();
        document.next = None;
        let number = document.point(point.number);
        let escapes_backslash = document.escapes_backslash;
        let mut status = point.status(document.is_kernel);
        if document.is_to_do(number) {
            status = Point { directive: Some(Directive::Todo), ..point.clone() }.status(false);
        }
        self.has_failed |= status == Status::Fail;
        let id = &mut self.open.id;
        id.clear();
        id.push_str(&self.path);
        self.open.own = id.len();
        push_id(id, number, "", point.description, escapes_backslash);
        self.open.begin(status, self.time);
        if !self.lead.is_empty() {
            self.open.comment(&mem::take(&mut self.lead), out)?;
        }
        if !point.remark.is_empty() {
            let mut remark = Vec::new();
            unescape(point.remark, escapes_backslash, &mut remark);
            self.open.comment(&remark, out)?;
        }
        if point.opens {
            self.announce_braced();
        }
        Ok(())
    }

    pub(super) fn plan<E>(&mut self, plan: &Plan<'_>, line: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        if !self.document().plan(plan) {
            return self.text(line, out);
        }
        if plan.last > 0 {
            return Ok(());
        }
        self.open.settle(out)?;
        // python-subunit says of this test, and of no other, that it can be run by itself.
        let event = Event::test(format!("{}file skip", self.path)).status(Status::Skip);
        let event = Event { timestamp: self.time, runnable: self.path.is_empty(), ..event }.eof();
        if plan.comment.is_empty() { out(&event) } else { out(&event.file("tap comment", plan.comment)) }
    }

    fn version(&mut self, indent: usize, number: u64, is_kernel: bool) {
        let has_prefix = self.has_prefix;
        let document = self.document_at(indent);
        let is_old = number < 13 && !is_kernel;
        if is_old || !document.is_fresh() {
            document.not_tap();
        }
        document.is_kernel |= is_kernel;
        document.diagnostics_lead |= is_kernel || has_prefix;
        document.escapes_backslash |= !is_old;
    }

    /// Whether the version allows for the plan: from 13 on, none has a list of tests to do.
    fn has_such_plans(&mut self, plan: &Plan<'_>) -> bool {
        plan.todo.is_empty() || !self.document().escapes_backslash
    }

    fn pragma(&mut self, indent: usize, keys: &[u8]) {
        let document = self.document_at(indent);
        for key in keys.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            match key {
                b"+strict" => document.is_strict = true,
                b"-strict" => document.is_strict = false,
                _ => {}
            }
        }
    }

    fn bail_out<E>(&mut self, reason: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        self.open.settle(out)?;
        let escapes_backslash = self.document().escapes_backslash;
        self.path.truncate(self.root);
        self.open.id.clear();
        self.open.id.push_str(&self.path);
        // With a blank at the end when there is no reason, as python-subunit has it.
        self.open.id.push_str("Bail out! ");
        push_name(&mut self.open.id, reason, escapes_backslash);
        (self.has_bailed_out, self.has_failed, self.has_points) = (true, true, true);
        self.open.begin(Status::Fail, self.time);
        if !self.lead.is_empty() {
            self.open.comment(&mem::take(&mut self.lead), out)?;
        }
        Ok(())
    }

    /// Takes in a line of a block of YAML; `false` when the block ended before it without saying so.
    fn yaml<E>(&mut self, line: &[u8], content: &[u8], indent: usize, out: &mut Out<'_, E>) -> Result<bool, E> {
        let inner = content.trim_ascii();
        if indent <= self.document().indent
            && matches!(Line::parse(inner), Line::Point(_) | Line::Plan(_) | Line::BailOut(_))
        {
            self.open.end_yaml(out)?;
            return Ok(false);
        }
        let block = self.open.yaml_indent.unwrap_or_default();
        if self.open.is_there {
            let blanks = content.iter().take(block).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            self.rest = Rest::Yaml;
            self.open.yaml(&content[blanks..], out)?;
            // A piece of a long line has no end.
            if line.ends_with(b"\n") {
                self.open.yaml(b"\n", out)?;
            }
        } else {
            self.text(line, out)?;
        }
        if indent == block && inner == b"..." {
            self.open.end_yaml(out)?;
        }
        Ok(true)
    }

    pub(super) fn comment<E>(&mut self, line: &[u8], comment: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        let document = self.document();
        document.diagnostics_lead |= is_of_kselftest(comment);
        let leads = document.diagnostics_lead;
        if leads {
            self.open.settle(out)?;
        }
        if self.open.is_there {
            return self.diagnostic(comment, out);
        }
        if self.has_points && !leads || self.lead.len() + comment.len() > PIECE {
            self.lead_as_text(out)?;
            return self.text(line, out);
        }
        if !self.lead.is_empty() {
            self.lead.push(b'\n');
        }
        self.lead.extend_from_slice(comment);
        Ok(())
    }

    /// Adds a line to the comment of the test that is open.
    fn diagnostic<E>(&mut self, line: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        self.rest = Rest::Comment;
        self.open.comment(line, out)
    }

    /// A line that is not TAP. Behind a diagnostic that leads, it goes on with that; else, indented, it belongs to the test before it.
    fn other<E>(&mut self, line: &[u8], content: &[u8], indent: usize, out: &mut Out<'_, E>) -> Result<(), E> {
        if indent == 0 && self.prove(content, out)? {
            return Ok(());
        }
        let document = self.document();
        document.not_tap();
        if document.diagnostics_lead && !self.lead.is_empty() {
            return self.comment(line, content, out);
        }
        if self.open.is_there && indent > self.document().indent {
            return self.diagnostic(content, out);
        }
        self.text(line, out)
    }

    fn text<E>(&mut self, text: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        let event = Event::global_file("stdout", text).mime_type(TEXT);
        if text.is_empty() { Ok(()) } else { out(&Event { timestamp: self.time, ..event }) }
    }

    /// Gives out the comments before a test point that does not come.
    pub(super) fn lead_as_text<E>(&mut self, out: &mut Out<'_, E>) -> Result<(), E> {
        let mut lead = mem::take(&mut self.lead);
        if !lead.is_empty() {
            lead.push(b'\n');
        }
        self.text(&lead, out)
    }
}

/// Whether a comment is one that the kernel's selftests print before a test point: their harness, or what runs their programs.
fn is_of_kselftest(comment: &[u8]) -> bool {
    comment.starts_with(b"#  RUN  ") || comment.starts_with(b"# selftests: ")
}
