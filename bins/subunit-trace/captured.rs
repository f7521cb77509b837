//! What a test has captured, as people read it.

use subunit_cli::{HeldAttachment, Spill, Trouble, escape};
use subunit_codec::names::{REASON, STDERR, STDOUT};
use subunit_formats::text::{Decoder, is_text_attachment};

/// Which attachments of a test are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Captured {
    Nothing,
    /// What it printed.
    Output,
    /// All texts.
    Texts,
    /// All texts but the reason, which is on the line of the test.
    TextsWithoutReason,
}

impl Captured {
    fn includes(self, attachment: &HeldAttachment) -> bool {
        let name = &*attachment.name;
        match self {
            Self::Nothing => false,
            Self::Output => matches!(title(name), STDOUT | STDERR),
            Self::Texts => is_text_attachment(name, attachment.mime_type.as_deref()),
            Self::TextsWithoutReason => name != REASON && Self::Texts.includes(attachment),
        }
    }

    /// Shows the attachments that hold a character, each under its name and indented, in pieces.
    pub(crate) fn show(
        self,
        attachments: &[HeldAttachment],
        spill: &Spill,
        show: &mut impl FnMut(&str) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        attachments.iter().filter(|attachment| self.includes(attachment)).try_for_each(|attachment| {
            let mut decoder = Decoder::new(attachment.mime_type.as_deref());
            let mut text = Indented::new(&attachment.name);
            spill.read(&attachment.content, |piece| text.push(&decoder.decode(piece, false), show))?;
            text.push(&decoder.decode(b"", true), show)?;
            text.end(show)
        })
    }
}

/// The first bytes of the reason of a test, on a line without white space around it.
pub(crate) fn reason(attachments: &[HeldAttachment], spill: &Spill) -> Result<String, Trouble> {
    const MOST: usize = 4 << 10;
    let Some(reason) = attachments.iter().find(|attachment| attachment.name == REASON) else {
        return Ok(String::new());
    };
    let start = reason.head(MOST, spill)?;
    let left = reason.size - start.len() as u64;
    let text = Decoder::new(reason.mime_type.as_deref()).decode(&start, left == 0).trim().to_owned();
    Ok(if left > 0 { format!("{text} [... {left} more bytes]") } else { text })
}

/// The name of an attachment up to its first colon: the log of a Python test is called
/// `pythonlogging:''`.
fn title(name: &str) -> &str {
    name.split(':').next().unwrap_or(name)
}

/// Lines of a text, four blanks in, under a title. A text that ends in a newline has an empty line
/// behind that, which sets it off from the next test.
struct Indented<'a> {
    name: &'a str,
    has_title: bool,
    is_in_line: bool,
}

impl<'a> Indented<'a> {
    fn new(name: &'a str) -> Self {
        Self { name, has_title: false, is_in_line: false }
    }

    fn push(&mut self, text: &str, show: &mut impl FnMut(&str) -> Result<(), Trouble>) -> Result<(), Trouble> {
        if text.is_empty() {
            return Ok(());
        }
        let mut shown = String::new();
        if !std::mem::replace(&mut self.has_title, true) {
            let title = format!("Captured {}:", escape(title(self.name)));
            shown = format!("\n{title}\n{}\n", "~".repeat(title.chars().count()));
        }
        for line in text.split_inclusive('\n') {
            if !self.is_in_line {
                shown.push_str("    ");
            }
            shown.push_str(line);
            self.is_in_line = !line.ends_with('\n');
        }
        show(&shown)
    }

    fn end(self, show: &mut impl FnMut(&str) -> Result<(), Trouble>) -> Result<(), Trouble> {
        match self {
            Self { has_title: false, .. } => Ok(()),
            Self { is_in_line: true, .. } => show("\n"),
            Self { is_in_line: false, .. } => show("    \n"),
        }
    }
}
