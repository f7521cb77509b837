//! One attachment alone, for `--attachment`.

use std::io::{self, IsTerminal};

use subunit_cli::{HeldAttachment, Spill, TextOutput, Trouble, escape};

use crate::keep::is_text;

/// The tests that have the attachment, and the attachment as long as there is only one.
#[derive(Default)]
pub(crate) struct Extract {
    /// Ids and route codes.
    tests: Vec<(String, Option<String>)>,
    has_more: bool,
    attachment: Option<HeldAttachment>,
}

impl Extract {
    /// So many tests are listed.
    const MOST: usize = 10;

    /// Adds the attachment of a test that ended. A later attempt takes the place of earlier ones.
    pub(crate) fn add(&mut self, id: &str, route_code: Option<&str>, attachment: HeldAttachment, spill: &mut Spill) {
        let is_known = self.tests.iter().any(|(known, code)| known == id && code.as_deref() == route_code);
        if let Some(mut earlier) = self.attachment.replace(attachment) {
            spill.forget(&mut earlier.content);
        }
        if is_known {
            return;
        }
        if self.tests.len() < Self::MOST {
            self.tests.push((id.to_owned(), route_code.map(str::to_owned)));
        } else {
            self.has_more = true;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tests.is_empty()
    }

    /// Writes the bytes of the attachment.
    ///
    /// # Errors
    ///
    /// If several tests have it, if it is not for a terminal, or if writing fails.
    pub(crate) fn write(&self, spill: &Spill, output: &mut TextOutput) -> Result<Option<Trouble>, Trouble> {
        let Some(attachment) = self.attachment.as_ref() else { return Ok(None) };
        let name = &attachment.name;
        if self.tests.len() > 1 {
            let tests: Vec<String> = self.tests.iter().map(|(id, code)| listed(id, code.as_deref())).collect();
            let more = if self.has_more { " and others" } else { "" };
            let tests = tests.join(", ");
            return Err(Trouble::message(format_args!("several tests have an attachment '{name}': {tests}{more}")));
        }
        if io::stdout().is_terminal() && !is_text(attachment) {
            let kind = attachment.mime_type.as_deref().unwrap_or("of no type");
            return Err(Trouble::message(format_args!(
                "standard output is a terminal: '{name}' ({kind}) is not written there; redirect it"
            )));
        }
        spill.read(&attachment.content, |piece| output.text(piece))?;
        let is_torn = !attachment.is_ended;
        Ok(is_torn
            .then(|| Trouble::message(format_args!("'{name}' has no end: the stream holds only this much of it"))))
    }
}

fn listed(id: &str, route_code: Option<&str>) -> String {
    let id = escape(id);
    route_code.map_or_else(|| id.clone().into_owned(), |code| format!("{id} (route {})", escape(code)))
}
