//! Files of the whole run.

use std::collections::BTreeMap;
use std::mem;

use subunit_cli::Trouble;

use crate::attachment::{Attachment, Piece};
use crate::case_writer::CaseWriter;
use crate::suites::Suites;

/// Files of the whole run that did not end yet, by route code and name.
#[derive(Debug, Default)]
pub(crate) struct RunFiles(BTreeMap<(Option<String>, String), Open>);

#[derive(Debug)]
struct Open {
    tags: Vec<String>,
    file: Attachment,
}

impl RunFiles {
    pub(crate) fn take_in(
        &mut self,
        piece: Piece<'_>,
        route_code: Option<&str>,
        tags: &[String],
        suites: &mut Suites,
        pen: &mut CaseWriter,
    ) -> Result<(), Trouble> {
        let key = (route_code.map(str::to_owned), piece.name.to_owned());
        let new = || Open { tags: tags.to_owned(), file: Attachment::new(piece.name, piece.mime_type) };
        if piece.is_last {
            let mut open = self.0.remove(&key).unwrap_or_else(new);
            open.file.take_in(piece.bytes, true, &mut pen.spool)?;
            return write(route_code, open, suites, pen);
        }
        self.0.entry(key).or_insert_with(new).file.take_in(piece.bytes, false, &mut pen.spool)
    }

    /// Ends those files that did not end by themselves.
    pub(crate) fn finish(&mut self, suites: &mut Suites, pen: &mut CaseWriter) -> Result<(), Trouble> {
        for ((route_code, _), mut open) in mem::take(&mut self.0) {
            open.file.take_in(b"", true, &mut pen.spool)?;
            write(route_code.as_deref(), open, suites, pen)?;
        }
        Ok(())
    }
}

/// Adds a file to what its suite prints.
fn write(route_code: Option<&str>, open: Open, suites: &mut Suites, pen: &mut CaseWriter) -> Result<(), Trouble> {
    let suite = suites.of(None, route_code, &open.tags);
    let (to, files) = match &*open.file.name {
        "stdout" => (&mut suite.output, vec![open.file]),
        "stderr" => (&mut suite.errors, vec![open.file]),
        _ => {
            pen.others(&mut suite.output, vec![open.file])?;
            return pen.flush(&mut suite.output);
        }
    };
    pen.printed(to, files)?;
    pen.flush(to)
}
