//! Files of the whole run.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::mem;

use subunit_cli::Trouble;
use subunit_codec::names::{STDERR, STDOUT};

use crate::attachment::{Attachment, Piece};
use crate::case_writer::{CaseWriter, others, printed};
use crate::suite_store::{Kind, Section};

/// Files of the whole run that did not end yet, by route code and name.
#[derive(Debug, Default)]
pub(crate) struct RunFiles(BTreeMap<(Option<String>, String), Open>);

#[derive(Debug)]
struct Open {
    suite: u32,
    file: Attachment,
}

impl RunFiles {
    /// How many files are open at once. With one more, the first ends, by route code and name.
    const MOST_OPEN: usize = 1 << 10;

    /// Adds a piece to the file that it continues, or begins one, which is of a suite.
    pub(crate) fn add(
        &mut self,
        piece: Piece<'_>,
        route_code: Option<&str>,
        suite: u32,
        writer: &mut CaseWriter,
    ) -> Result<(), Trouble> {
        let key = (route_code.map(str::to_owned), piece.name.to_owned());
        let new = || Open { suite, file: Attachment::new(piece.name, piece.mime_type) };
        if piece.is_last {
            let mut open = self.0.remove(&key).unwrap_or_else(new);
            open.file.add(piece, &mut writer.spool)?;
            return write(open, writer);
        }
        self.0.entry(key).or_insert_with(new).file.add(piece, &mut writer.spool)?;
        if self.0.len() > Self::MOST_OPEN
            && let Some((_, mut open)) = self.0.pop_first()
        {
            open.file.end(&mut writer.spool)?;
            write(open, writer)?;
        }
        Ok(())
    }

    /// Ends those files that did not end by themselves.
    pub(crate) fn end(&mut self, writer: &mut CaseWriter) -> Result<(), Trouble> {
        for (_, mut open) in mem::take(&mut self.0) {
            open.file.end(&mut writer.spool)?;
            write(open, writer)?;
        }
        Ok(())
    }
}

/// Adds a file to what its suite prints, unless it never had a byte.
fn write(open: Open, writer: &mut CaseWriter) -> Result<(), Trouble> {
    let Open { suite, mut file } = open;
    let kind = if file.name == STDERR { Kind::Errors } else { Kind::Output };
    if file.size > 0 {
        writer.add_text(Section { suite, kind }, |to| match &*file.name {
            STDOUT | STDERR => printed([&file], to),
            _ => others([&file].into_iter(), |file| Cow::from(&file.name), to),
        })?;
    }
    writer.spool.forget(&mut file.text);
    Ok(())
}
