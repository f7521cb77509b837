//! The table, row by row.

use std::mem;

use csv::{Terminator, WriterBuilder};
use subunit_cli::{ReportDraft, ReportFile, TextOutput, Trouble};
use subunit_codec::{Assembler, Status, Test};

use crate::column::Column;

/// Writes rows to standard output as they come, or gathers them for a file.
pub(crate) struct Table {
    columns: Vec<Column>,
    is_for_spreadsheets: bool,
    /// The report, if it is for a file.
    draft: Option<ReportDraft>,
    /// Rows that were not written yet.
    rows: Vec<u8>,
    pub(crate) has_tests: bool,
    pub(crate) has_failures: bool,
}

impl Table {
    /// How much is gathered for a file before it is written.
    const MOST_IN_MEMORY: usize = 64 << 10;
    /// How many bytes of a reason are shown.
    const LONGEST_REASON: usize = 4096;
    /// As long as most rows are.
    const USUAL_ROW: usize = 512;

    pub(crate) fn new(columns: Vec<Column>, is_for_spreadsheets: bool, file: Option<ReportFile>) -> Self {
        let draft = file.map(|file| ReportDraft::new(Some(file), 0));
        Self { columns, is_for_spreadsheets, draft, rows: Vec::new(), has_tests: false, has_failures: false }
    }

    /// What puts together as much of each test as is shown.
    pub(crate) fn assembler(&self) -> Assembler {
        if self.columns.contains(&Column::Reason) {
            Assembler::keeping_heads(Self::LONGEST_REASON)
        } else {
            Assembler::without_files()
        }
    }

    /// Adds the row with the names of the columns.
    pub(crate) fn head(&mut self, output: &mut TextOutput) -> Result<(), Trouble> {
        let names: Vec<String> = self.columns.iter().map(|column| column.name()).collect();
        self.row(&names, output)
    }

    /// Adds a test, unless it only exists.
    pub(crate) fn test(&mut self, test: &Test, output: &mut TextOutput) -> Result<(), Trouble> {
        if test.status == Status::Exists {
            return Ok(());
        }
        self.has_tests = true;
        self.has_failures |= test.is_failure();
        let cells: Vec<String> = self.columns.iter().map(|column| self.shown(column.cell(test))).collect();
        self.row(&cells, output)
    }

    /// A cell, made harmless: spreadsheets take some for formulas.
    fn shown(&self, cell: String) -> String {
        let is_formula = self.is_for_spreadsheets && cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        if is_formula { format!("'{cell}") } else { cell }
    }

    fn row(&mut self, cells: &[String], output: &mut TextOutput) -> Result<(), Trouble> {
        let mut builder = WriterBuilder::new();
        builder.terminator(Terminator::CRLF).buffer_capacity(Self::USUAL_ROW);
        let mut writer = builder.from_writer(mem::take(&mut self.rows));
        writer.write_record(cells).expect("memory takes any bytes");
        self.rows = writer.into_inner().expect("memory takes any bytes");
        match &mut self.draft {
            Some(_) if self.rows.len() < Self::MOST_IN_MEMORY => return Ok(()),
            Some(draft) => draft.add(&self.rows)?,
            None => {
                output.end_line()?;
                output.raw().bytes(&self.rows)?;
            }
        }
        self.rows.clear();
        Ok(())
    }

    /// Completes the report.
    pub(crate) fn finish(self, output: &mut TextOutput) -> Result<(), Trouble> {
        match self.draft {
            Some(draft) => draft.complete([b"", b""], &self.rows)?.write(output),
            None => Ok(()),
        }
    }
}
