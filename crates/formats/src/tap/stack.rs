//! The TAP documents that are being read: the outermost one, and the subtest in each.

use subunit_codec::Timestamp;

use super::document::{Announced, Dialect, Document};
use super::events::{Out, write_failure};
use super::lex::Indent;
use super::prefix::Prefix;
use super::text::push_id;

/// As many missing tests are told one by one, and one more for each test point: output stays
/// linear.
const BUDGET: u64 = 1000;

/// The outermost document, and the subtest that is being read in each. Never empty.
#[derive(Debug)]
pub(super) struct Stack {
    documents: Vec<Document>,
    budget: u64,
    has_cut_prefix: bool,
}

/// The document that a line of TAP with a certain indentation is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The innermost one.
    Here,
    /// One around it, or a subtest of one, with levels of so many columns.
    Elsewhere { step: usize },
    /// None, because the outermost one is indented further.
    Outside,
    /// None: the line cannot be TAP.
    Nowhere,
}

impl Stack {
    /// Subtests of more levels than this are text.
    pub(super) const MOST_DEPTH: usize = 64;

    pub(super) fn new(prefix: Prefix) -> Self {
        let has_cut_prefix = prefix.is_cut();
        let documents = vec![Document::new(Indent::default(), prefix, Dialect::default())];
        Self { documents, budget: BUDGET, has_cut_prefix }
    }

    /// Begins anew with an outermost document of which nothing was read.
    pub(super) fn restart(&mut self, indent: Indent, prefix: Prefix, dialect: Dialect) {
        self.has_cut_prefix |= prefix.is_cut();
        self.documents.clear();
        self.documents.push(Document::new(indent, prefix, dialect));
    }

    /// Moves the margin of the outermost document, of which nothing was read.
    pub(super) fn set_margin(&mut self, indent: Indent) {
        self.documents[0].indent = indent;
    }

    pub(super) fn root(&self) -> &Document {
        &self.documents[0]
    }

    pub(super) fn innermost(&self) -> &Document {
        self.documents.last().expect("the outermost document is never left")
    }

    pub(super) fn innermost_mut(&mut self) -> &mut Document {
        self.documents.last_mut().expect("the outermost document is never left")
    }

    /// The innermost document that is indented this far at the most.
    pub(super) fn at(&mut self, indent: Indent) -> &mut Document {
        let index = self.documents.iter().rposition(|document| document.indent.columns <= indent.columns);
        &mut self.documents[index.unwrap_or_default()]
    }

    pub(super) fn is_in_subtest(&self) -> bool {
        self.documents.len() > 1
    }

    /// How many documents are open.
    pub(super) fn depth(&self) -> usize {
        self.documents.len()
    }

    /// How many of them are indented this far at the most.
    pub(super) fn depth_at(&self, indent: Indent) -> usize {
        self.documents.iter().take_while(|document| document.indent.columns <= indent.columns).count()
    }

    /// Whether a subtest is in braces, behind the test point of its parent.
    pub(super) fn has_braces(&self) -> bool {
        self.documents.iter().any(|document| document.is_braced)
    }

    /// Whether neither a test point nor a plan was read, not even of a subtest.
    pub(super) fn is_fresh(&self) -> bool {
        matches!(&self.documents[..], [document] if document.is_fresh())
    }

    /// Whether an id was too long to be repeated before those of its subtests.
    pub(super) fn has_cut_prefix(&self) -> bool {
        self.has_cut_prefix
    }

    /// Changes the dialect of all documents.
    pub(super) fn set_dialect(&mut self, change: impl Fn(Dialect) -> Dialect) {
        for document in &mut self.documents {
            document.dialect = change(document.dialect);
        }
    }

    /// Takes note of a test point in the innermost document and gives it its number.
    pub(super) fn point(&mut self, number: Option<u64>) -> u64 {
        self.budget = self.budget.saturating_add(1);
        self.innermost_mut().point(number)
    }

    /// Whether a line with this indentation may be TAP: outside of KTAP, a tab makes a line text,
    /// unless the whole document is indented by one.
    pub(super) fn has_such_tabs(&self, indent: Indent) -> bool {
        indent.tabs == self.root().indent.tabs || self.innermost().dialect.is_kernel
    }

    /// Finds the document of a line of TAP. Levels are four columns each, and for the kernel any
    /// number.
    pub(super) fn place(&self, indent: Indent, is_kernel: bool) -> Place {
        let Some(outer) = self.documents.iter().rfind(|document| document.indent.columns <= indent.columns) else {
            return Place::Outside;
        };
        let is_kernel = is_kernel || outer.dialect.is_kernel;
        if !is_kernel && indent.tabs != self.root().indent.tabs {
            return Place::Nowhere;
        }
        if self.innermost().indent.columns == indent.columns {
            return Place::Here;
        }
        let further = indent.columns - outer.indent.columns;
        let step = if is_kernel { further.max(1) } else { 4 };
        let depth = self.documents.len() + further / step;
        let is_level = further.is_multiple_of(step) && depth <= Self::MOST_DEPTH;
        if is_level { Place::Elsewhere { step } } else { Place::Nowhere }
    }

    /// Goes to the document at `indent`, begins subtests on the way if need be, and says whether
    /// one that ended was incomplete.
    pub(super) fn enter<E>(
        &mut self,
        indent: Indent,
        step: usize,
        time: Option<Timestamp>,
        out: &mut Out<'_, E>,
    ) -> Result<bool, E> {
        let mut has_failed = false;
        while self.is_in_subtest() && self.innermost().indent.columns > indent.columns {
            has_failed |= self.close(time, out)?;
            self.documents.pop();
        }
        while self.innermost().indent.columns < indent.columns {
            let columns = self.innermost().indent.columns + step;
            self.begin_subtest(Indent { columns, ..indent });
        }
        Ok(has_failed)
    }

    /// Ends all documents. The outermost one is still there then.
    pub(super) fn close_all<E>(&mut self, time: Option<Timestamp>, out: &mut Out<'_, E>) -> Result<bool, E> {
        let mut has_failed = self.close(time, out)?;
        while self.is_in_subtest() {
            self.documents.pop();
            has_failed |= self.close(time, out)?;
        }
        Ok(has_failed)
    }

    /// Reports what the innermost document lacks, and says whether it does.
    fn close<E>(&mut self, time: Option<Timestamp>, out: &mut Out<'_, E>) -> Result<bool, E> {
        let Some(document) = self.documents.last() else { return Ok(false) };
        let mut has_failed = false;
        for (id, reason) in document.failures(&mut self.budget) {
            has_failed = true;
            write_failure([document.prefix.as_str(), &id].concat(), &reason, time, out)?;
        }
        Ok(has_failed)
    }

    /// Begins a subtest of the innermost document.
    fn begin_subtest(&mut self, indent: Indent) {
        let parent = self.innermost_mut();
        let dialect = parent.dialect;
        let announced = parent.next.take();
        let (is_braced, is_named) = (matches!(announced, Some(Announced::Brace(_))), announced.is_some());
        let id = match announced {
            Some(Announced::Brace(id)) => [parent.prefix.as_str(), &id].concat(),
            Some(Announced::Comment(name)) => child_id(parent, &name),
            None => child_id(parent, b""),
        };
        let prefix = Prefix::below(id);
        self.has_cut_prefix |= prefix.is_cut();
        let mut child = Document::new(indent, prefix, dialect);
        (child.is_braced, child.is_named) = (is_braced, is_named);
        self.documents.push(child);
    }

    /// Whether the innermost document is a subtest that a comment in it can name: no id of it was
    /// given.
    pub(super) fn can_be_named(&self) -> bool {
        let document = self.innermost();
        self.is_in_subtest() && !document.is_named && document.is_fresh()
    }

    /// Names the innermost document, a subtest.
    pub(super) fn name(&mut self, name: &[u8]) {
        let [.., parent, document] = &mut self.documents[..] else { return };
        document.is_named = true;
        document.prefix = Prefix::below(child_id(parent, name));
        self.has_cut_prefix |= document.prefix.is_cut();
    }

    /// Whether a brace with this indentation ends a subtest.
    pub(super) fn closes_brace(&mut self, indent: Indent) -> bool {
        let is_at = |document: &Document| document.indent.columns == indent.columns;
        let Some(parent) = self.documents.iter().position(is_at) else { return false };
        let is_empty = matches!(self.documents[parent].next, Some(Announced::Brace(_)));
        if is_empty {
            self.documents[parent].next = None;
        }
        is_empty || self.documents.get(parent + 1).is_some_and(|child| child.is_braced)
    }
}

/// The id of the test point that will end the next subtest, as far as the name is known.
fn child_id(parent: &Document, name: &[u8]) -> String {
    let mut id = parent.prefix.as_str().to_owned();
    let dash = if parent.dialect.omits_dash { "" } else { "- " };
    push_id(&mut id, parent.next_number(), dash, name, parent.dialect.escapes_backslash);
    id
}
