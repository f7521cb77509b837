//! Writes test cases: into the report, or into what their suite holds.

use std::borrow::Cow;

use subunit_cli::{ReportDraft, Trouble};
use subunit_codec::names::OCTET_STREAM;
use subunit_formats::junit::{Markup, clean};

use crate::attachment::Attachment;
use crate::content::{Cut, Length, Pieces};
use crate::suite_store::{Kind, Section, SuiteStore};
use crate::text_store::{Spool, Text};

/// What test cases are written with.
#[derive(Debug)]
pub(crate) struct CaseWriter {
    /// The texts of attachments.
    pub(crate) spool: Spool,
    pub(crate) xml: Xml,
}

/// XML on its way to the report.
#[derive(Debug)]
pub(crate) struct Xml {
    pub(crate) markup: Markup,
    pub(crate) store: SuiteStore,
    /// The report, if what is written goes straight there. Otherwise it goes to the store.
    pub(crate) draft: Option<ReportDraft>,
    /// The suite that what is written belongs to.
    pub(crate) suite: u32,
}

impl Xml {
    /// How much is gathered before it goes to the report.
    const MOST_IN_MEMORY: usize = 256 << 10;

    /// Ends a test case.
    pub(crate) fn end_case(&mut self) -> Result<(), Trouble> {
        if self.draft.is_some() { self.make_room() } else { self.flush() }
    }

    /// Hands on what was written, if it is much.
    fn make_room(&mut self) -> Result<(), Trouble> {
        if self.markup.len() >= Self::MOST_IN_MEMORY { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Trouble> {
        match &mut self.draft {
            Some(draft) => draft.add(self.markup.as_bytes())?,
            None => self.store.add(Section { suite: self.suite, kind: Kind::Cases }, self.markup.as_str())?,
        }
        self.markup.clear();
        Ok(())
    }

    /// Writes what is in sections as what stands in an element.
    pub(crate) fn sections(&mut self, sections: &[Section]) -> Result<(), Trouble> {
        let Self { markup, store, draft, .. } = self;
        let mut length = 0;
        for section in sections {
            length += store.len(*section)?;
        }
        let mut cut = Cut::of(length);
        sections.iter().try_for_each(|section| {
            store.read(*section, |piece| {
                cut.pass(piece, |kept| markup.clean_text(kept));
                if let Some(draft) = draft.as_mut().filter(|_| markup.len() >= Self::MOST_IN_MEMORY) {
                    draft.add(markup.as_bytes())?;
                    markup.clear();
                }
                Ok(())
            })
        })
    }

    /// Copies the test cases of a suite to the report.
    pub(crate) fn copy_cases(&mut self, suite: u32) -> Result<(), Trouble> {
        let cases = Section { suite, kind: Kind::Cases };
        if self.store.len(cases)? < Self::MOST_IN_MEMORY as u64 {
            self.store.read(cases, |piece| {
                self.markup.written(piece);
                Ok(())
            })?;
            return self.make_room();
        }
        let Some(draft) = &mut self.draft else { return Ok(()) };
        draft.add(self.markup.as_bytes())?;
        self.markup.clear();
        draft.extend(|file| self.store.copy(cases, file))
    }
}

impl CaseWriter {
    /// Writes what stands in an element. `content` says it twice, at first to tell how long it is.
    pub(crate) fn content(&mut self, content: impl Fn(&mut dyn Pieces) -> Result<(), Trouble>) -> Result<(), Trouble> {
        let mut length = Length::default();
        content(&mut length)?;
        content(&mut Written { spool: &self.spool, xml: &mut self.xml, cut: Cut::of(length.0) })
    }

    /// Puts text of no test in a section.
    pub(crate) fn add_text(
        &mut self,
        section: Section,
        content: impl Fn(&mut dyn Pieces) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        content(&mut ToSection { spool: &self.spool, store: &mut self.xml.store, section })
    }
}

/// Content on its way into an element.
struct Written<'a> {
    spool: &'a Spool,
    xml: &'a mut Xml,
    cut: Cut,
}

impl Pieces for Written<'_> {
    fn literal(&mut self, text: &str) -> Result<(), Trouble> {
        self.cut.pass(text, |kept| self.xml.markup.clean_text(kept));
        Ok(())
    }

    fn stored(&mut self, text: &Text) -> Result<(), Trouble> {
        self.spool.read(text, |piece| {
            self.literal(piece)?;
            self.xml.make_room()
        })
    }
}

/// Content on its way into a section.
struct ToSection<'a> {
    spool: &'a Spool,
    store: &'a mut SuiteStore,
    section: Section,
}

impl Pieces for ToSection<'_> {
    fn literal(&mut self, text: &str) -> Result<(), Trouble> {
        self.store.add(self.section, text)
    }

    fn stored(&mut self, text: &Text) -> Result<(), Trouble> {
        self.spool.read(text, |piece| self.store.add(self.section, piece))
    }
}

/// Tells what was printed, so that whatever follows is on a new line.
pub(crate) fn printed<'a>(
    attachments: impl IntoIterator<Item = &'a Attachment>,
    to: &mut dyn Pieces,
) -> Result<(), Trouble> {
    for attachment in attachments {
        to.stored(&attachment.text)?;
        if !attachment.text.is_empty() && !attachment.ends_line {
            to.literal("\n")?;
        }
    }
    Ok(())
}

/// Tells attachments as testtools shows them: first those without text, by name, type and size,
/// then texts under their names, and tracebacks as they are.
pub(crate) fn others<'a>(
    attachments: impl Iterator<Item = &'a Attachment> + Clone,
    name: impl Fn(&'a Attachment) -> Cow<'a, str>,
    to: &mut dyn Pieces,
) -> Result<(), Trouble> {
    for one in attachments.clone().filter(|one| one.text.is_empty()) {
        let mime_type = one.mime_type.as_deref().unwrap_or(OCTET_STREAM);
        let unit = if one.size == 1 { "byte" } else { "bytes" };
        to.literal(&clean(&format!("{} ({mime_type}, {} {unit})\n", name(one), one.size)))?;
    }
    let texts = attachments.filter(|one| !one.text.is_empty());
    for one in texts.clone().filter(|one| !one.is_traceback()) {
        to.literal(&clean(&name(one)))?;
        to.literal(if one.has_lines { ": {{{\n" } else { ": {{{" })?;
        to.stored(&one.text)?;
        to.literal(if one.has_lines && !one.ends_line { "\n}}}\n" } else { "}}}\n" })?;
    }
    printed(texts.filter(|one| one.is_traceback()), to)
}
