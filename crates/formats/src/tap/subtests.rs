//! Into subtests and out of them.

use subunit_codec::{Event, Status, Timestamp};

use super::document::{Announced, Document};
use super::pending::{Out, TEXT};
use super::text::push_id;
use super::translate::Translator;

impl Translator {
    /// Goes to the document that a line of TAP with this indentation is in, and begins it if need be. `false` when the line cannot be
    /// TAP: levels are four columns each, and any number of them for the kernel.
    pub(super) fn enter<E>(&mut self, indent: usize, is_kernel: bool, out: &mut Out<'_, E>) -> Result<bool, E> {
        if self.document().indent == indent {
            return Ok(true);
        }
        let outer = self.documents.iter().rfind(|document| document.indent <= indent);
        let (base, is_kernel) = outer.map_or((0, is_kernel), |outer| (outer.indent, is_kernel || outer.is_kernel));
        let step = if is_kernel { (indent - base).max(1) } else { 4 };
        let depth = self.documents.len() + (indent - base) / step;
        if !(indent - base).is_multiple_of(step) || depth > Self::MOST_DEPTH {
            return Ok(false);
        }
        self.leave(indent, out)?;
        while self.document().indent < indent {
            self.open.settle(out)?;
            let level = self.document().indent + step;
            self.begin_subtest(level);
        }
        Ok(true)
    }

    /// Goes as far in as the document is that a line with this indentation is about, and never out: only a test point ends a subtest.
    pub(super) fn reach<E>(&mut self, indent: usize, is_kernel: bool, out: &mut Out<'_, E>) -> Result<bool, E> {
        let is_outside = self.document().indent > indent;
        let is_known = self.documents.iter().any(|document| document.indent == indent);
        if is_outside { Ok(is_known) } else { self.enter(indent, is_kernel, out) }
    }

    /// Begins a subtest of the innermost document.
    pub(super) fn begin_subtest(&mut self, indent: usize) {
        let outer_path = self.path.len();
        let parent = self.document();
        let number = parent.next_number();
        let announced = parent.next.take();
        let escapes_backslash = parent.escapes_backslash;
        let mut child = parent.child(indent, outer_path);
        match announced {
            Some(Announced::Brace(id)) => {
                (child.is_braced, child.is_named) = (true, true);
                self.path.push_str(&id);
            }
            Some(Announced::Comment(name)) => {
                child.is_named = true;
                push_id(&mut self.path, number, child.dash(), &name, escapes_backslash);
            }
            None => push_id(&mut self.path, number, "", b"", false),
        }
        self.path.push('/');
        self.documents.push(child);
    }

    /// Leaves the subtests that are indented further than this.
    pub(super) fn leave<E>(&mut self, indent: usize, out: &mut Out<'_, E>) -> Result<(), E> {
        while self.documents.len() > 1 && self.document().indent > indent {
            self.open.settle(out)?;
            self.close(out)?;
            if let Some(left) = self.documents.pop() {
                self.path.truncate(left.outer_path);
            }
        }
        Ok(())
    }

    /// Reports what the innermost document lacks.
    pub(super) fn close<E>(&mut self, out: &mut Out<'_, E>) -> Result<(), E> {
        let Some(document) = self.documents.last() else { return Ok(()) };
        for (id, reason) in document.failures() {
            self.has_failed = true;
            write_failure(&self.path, &id, &reason, self.time, out)?;
        }
        Ok(())
    }

    /// Takes in the comment that announces a subtest, or that names the one it stands in.
    pub(super) fn subtest<E>(
        &mut self,
        indent: usize,
        name: &[u8],
        line: &[u8],
        out: &mut Out<'_, E>,
    ) -> Result<(), E> {
        if !self.enter(indent, false, out)? {
            return self.comment(line, line.trim_ascii(), out);
        }
        self.open.settle(out)?;
        let document = self.document();
        let names_itself = document.indent > 0 && !document.is_named && document.is_fresh();
        if names_itself {
            // Nothing in it has had an id yet.
            document.is_named = true;
            let (outer_path, dash) = (document.outer_path, document.dash());
            let escapes_backslash = document.escapes_backslash;
            let number = self.documents.iter().rev().nth(1).map_or(1, Document::next_number);
            self.path.truncate(outer_path);
            push_id(&mut self.path, number, dash, name, escapes_backslash);
            self.path.push('/');
        } else {
            document.next = Some(Announced::Comment(name.to_vec()));
        }
        Ok(())
    }

    /// The test point that is open has its tests in braces.
    pub(super) fn announce_braced(&mut self) {
        let id = self.open.own_id().to_owned();
        self.document().next = Some(Announced::Brace(id));
    }

    /// Whether a brace with this indentation ends a subtest.
    pub(super) fn closes_brace(&mut self, indent: usize) -> bool {
        let Some(parent) = self.documents.iter().position(|document| document.indent == indent) else { return false };
        let is_empty = matches!(self.documents[parent].next, Some(Announced::Brace(_)));
        if is_empty {
            self.documents[parent].next = None;
        }
        is_empty || self.documents.get(parent + 1).is_some_and(|child| child.is_braced)
    }

    /// Writes a failed test for something that is wrong.
    pub(super) fn fail<E>(&mut self, id: &str, reason: &str, out: &mut Out<'_, E>) -> Result<(), E> {
        self.has_failed = true;
        write_failure(&self.path, id, reason, self.time, out)
    }
}

fn write_failure<E>(
    path: &str,
    id: &str,
    reason: &str,
    time: Option<Timestamp>,
    out: &mut Out<'_, E>,
) -> Result<(), E> {
    let event = Event::test(format!("{path}{id}")).not_runnable().status(Status::Fail);
    let event = event.file("tap meta", reason.as_bytes()).mime_type(TEXT).eof();
    out(&Event { timestamp: time, ..event })
}
