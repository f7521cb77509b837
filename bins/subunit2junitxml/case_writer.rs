//! Attachments among elements.

use subunit_cli::Trouble;
use subunit_formats::junit::Markup;

use crate::attachment::{Attachment, Attachments};
use crate::text_store::{Spool, Text};

/// What test cases are written with.
#[derive(Default)]
pub(crate) struct CaseWriter {
    pub(crate) spool: Spool,
    pub(crate) markup: Markup,
}

impl CaseWriter {
    /// Adds what was written to a text.
    pub(crate) fn flush(&mut self, to: &mut Text) -> Result<(), Trouble> {
        self.spool.add(to, self.markup.as_bytes())?;
        self.markup.clear();
        Ok(())
    }

    /// Adds the attachments of a test that has no test case.
    pub(crate) fn stray(&mut self, to: &mut Text, id: &str, attachments: &mut Attachments) -> Result<(), Trouble> {
        let mut attachments = attachments.finish(&mut self.spool)?;
        for attachment in &mut attachments {
            attachment.name = format!("{} of {id}", attachment.name);
        }
        self.others(to, attachments)?;
        self.flush(to)
    }

    /// Adds a text, after what was written.
    pub(crate) fn join(&mut self, to: &mut Text, text: Text) -> Result<(), Trouble> {
        self.flush(to)?;
        self.spool.join(to, text)
    }

    /// Adds what was printed, so that whatever follows is on a new line.
    pub(crate) fn printed(&mut self, to: &mut Text, attachments: Vec<Attachment>) -> Result<(), Trouble> {
        for attachment in attachments {
            let is_open = !attachment.text.is_empty() && !attachment.ends_line;
            self.join(to, attachment.text)?;
            if is_open {
                self.markup.line();
            }
        }
        Ok(())
    }

    /// Adds attachments as testtools shows them: first those without text, by name, type and size, then texts under their names,
    /// and tracebacks as they are.
    pub(crate) fn others(&mut self, to: &mut Text, attachments: Vec<Attachment>) -> Result<(), Trouble> {
        if attachments.is_empty() {
            return Ok(());
        }
        let (texts, binaries): (Vec<_>, Vec<_>) = attachments.into_iter().partition(|one| !one.text.is_empty());
        let (tracebacks, texts): (Vec<_>, Vec<_>) = texts.into_iter().partition(Attachment::is_traceback);
        for Attachment { name, mime_type, size, .. } in binaries {
            let mime_type = mime_type.as_deref().unwrap_or("application/octet-stream");
            self.markup.text(&format!("{name} ({mime_type}, {size} {})\n", if size == 1 { "byte" } else { "bytes" }));
        }
        for attachment in texts {
            self.markup.text(&attachment.name);
            self.markup.text(if attachment.has_lines { ": {{{\n" } else { ": {{{" });
            let is_open = attachment.has_lines && !attachment.ends_line;
            self.join(to, attachment.text)?;
            self.markup.text(if is_open { "\n}}}\n" } else { "}}}\n" });
        }
        self.printed(to, tracebacks)
    }
}
