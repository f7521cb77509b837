//! The failures of a run, to be shown once more at its end.

use subunit_cli::{Held, HeldAttachment, Spill, TextOutput, Trouble, escape};

use crate::captured::Captured;

/// Failures as they will be shown, in memory up to a mebibyte and beyond that in a temporary file.
#[derive(Debug)]
pub(crate) struct Failures {
    count: u64,
    shown: Held,
    spill: Spill,
}

impl Failures {
    const MOST_IN_MEMORY: usize = 1 << 20;

    pub(crate) fn new() -> Self {
        let spill = Spill::new(Self::MOST_IN_MEMORY, Self::MOST_IN_MEMORY);
        Self { count: 0, shown: Held::default(), spill }
    }

    /// Adds a failure, with the attachments that are kept in `spill`.
    pub(crate) fn add(&mut self, id: &str, attachments: &[HeldAttachment], spill: &Spill) -> Result<(), Trouble> {
        self.count += 1;
        let Self { shown, spill: own, .. } = self;
        let id = escape(id);
        let head = format!("\n{id}\n{}\n", "-".repeat(id.chars().count()));
        let mut show = |text: &str| own.add(shown, text.as_bytes());
        show(&head)?;
        Captured::Texts.show(attachments, spill, &mut show)
    }

    /// Shows all of them, if there are any.
    pub(crate) fn show(&self, output: &mut TextOutput) -> Result<(), Trouble> {
        if self.count == 0 {
            return Ok(());
        }
        let rule = "=".repeat(30);
        output.text(b"\n")?;
        output.lines(&format!("{rule}\nFailed {} tests - output below:\n{rule}\n", self.count))?;
        self.spill.read(&self.shown, |text| output.text(text))?;
        output.text(b"\n")
    }
}
