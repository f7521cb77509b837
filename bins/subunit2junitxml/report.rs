//! The report: tests become test cases as they finish.

use std::borrow::Cow;

use subunit_cli::{CompleteReport, ReportDraft, ReportFile, Trouble};
use subunit_codec::names::STDOUT;
use subunit_codec::{Damage, Flight, PARSER_TEST_ID, Packet, Stage, Status, Tracker};
use subunit_formats::junit::{Counts, Markup};

use crate::assembly;
use crate::attachment::Piece;
use crate::case::Case;
use crate::case_writer::{CaseWriter, Xml, others};
use crate::properties::Properties;
use crate::run_files::RunFiles;
use crate::suite_store::{Kind, Section, SuiteStore};
use crate::suites::{By, Suites};
use crate::text_store::Spool;

/// A report that grows. Memory follows the tests in flight and the suites, not the length of the
/// stream.
#[derive(Debug)]
pub(crate) struct Report {
    tests: Tracker<Case>,
    run_files: RunFiles,
    done: Done,
    /// What the report is put together in, unless tests go straight there.
    draft: Option<ReportDraft>,
}

/// Tests that ended.
#[derive(Debug)]
struct Done {
    suites: Suites,
    properties: Properties,
    writer: CaseWriter,
}

impl Report {
    /// A report for standard output or for `target`.
    pub(crate) fn new(by: Option<By>, target: Option<ReportFile>) -> Self {
        let draft = ReportDraft::new(target, if by.is_none() { assembly::HEAD } else { 0 });
        let (draft, later) = if by.is_none() { (Some(draft), None) } else { (None, Some(draft)) };
        let xml = Xml { markup: Markup::new(), store: SuiteStore::default(), draft, suite: Suites::REST };
        Self {
            tests: Tracker::new(),
            run_files: RunFiles::default(),
            done: Done {
                suites: Suites::new(by),
                properties: Properties::default(),
                writer: CaseWriter { spool: Spool::default(), xml },
            },
            draft: later,
        }
    }

    /// Adds what a packet says.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>) -> Result<(), Trouble> {
        let spool = &mut self.done.writer.spool;
        match self.tests.push(packet) {
            Stage::NoTest => return self.run_file(packet),
            Stage::Begun(test) | Stage::Continued(test) => test.value.absorb(packet, spool)?,
            Stage::Ended(test) | Stage::Single(test) => {
                test.value.absorb(packet, spool)?;
                self.done.end(test)?;
            }
        }
        self.tests.take_evicted().map_or(Ok(()), |mut test| self.done.end(&mut test))
    }

    /// Adds damage, as the failed test that reports it.
    pub(crate) fn damage(&mut self, damage: &Damage<'_>) -> Result<(), Trouble> {
        let (mut case, spool) = (Case { status: Some(Status::Fail), ..Case::default() }, &mut self.done.writer.spool);
        for event in damage.report() {
            if let Some(file) = &event.file {
                let mime_type = event.mime_type.as_deref();
                let piece = Piece { name: &file.name, mime_type, bytes: &file.bytes, is_last: event.eof };
                case.attachments.add(piece, spool)?;
            }
        }
        case.attachments.end(spool)?;
        self.done.add(PARSER_TEST_ID, None, &case)?;
        case.attachments.forget(&mut self.done.writer.spool);
        Ok(())
    }

    /// Adds text that stood between packets, as a file `stdout` of the whole run.
    pub(crate) fn text(&mut self, text: &[u8]) -> Result<(), Trouble> {
        let piece = Piece { name: STDOUT, mime_type: None, bytes: text, is_last: false };
        let suite = self.done.suites.of(None, None, [].into_iter());
        self.run_files.add(piece, None, suite, &mut self.done.writer)
    }

    fn run_file(&mut self, packet: &Packet<'_>) -> Result<(), Trouble> {
        let Some(piece) = Piece::of(packet) else { return Ok(()) };
        let (route_code, tags) = (packet.route_code(), packet.tags().into_iter().flatten());
        let suite = self.done.suites.of(None, route_code, tags);
        self.run_files.add(piece, route_code, suite, &mut self.done.writer)
    }

    /// A stream ended: what is in flight will not finish.
    pub(crate) fn end_stream(&mut self) -> Result<(), Trouble> {
        self.tests.drain().iter_mut().try_for_each(|test| self.done.end(test))?;
        self.run_files.end(&mut self.done.writer)
    }

    /// Counts all tests.
    pub(crate) fn counts(&self) -> Counts {
        self.done.suites.total().counts
    }

    /// Puts the report together.
    pub(crate) fn complete(self) -> Result<CompleteReport, Trouble> {
        assembly::complete(&self.done.suites, self.done.writer.xml, self.draft)
    }
}

impl Done {
    /// Ends a test, finished or not.
    fn end(&mut self, test: &mut Flight<Case>) -> Result<(), Trouble> {
        test.value.attachments.end(&mut self.writer.spool)?;
        self.add(test.id(), test.route_code(), &test.value)?;
        test.value.attachments.forget(&mut self.writer.spool);
        Ok(())
    }

    /// Adds a test whose attachments have ended. One that was not run has no test case; its
    /// attachments are among those of the whole run.
    fn add(&mut self, id: &str, route_code: Option<&str>, case: &Case) -> Result<(), Trouble> {
        let suite = self.suites.of(Some(id), route_code, case.tags.iter());
        if matches!(case.status, None | Some(Status::Exists)) {
            return self.writer.add_text(Section { suite, kind: Kind::Output }, |to| {
                others(case.attachments.list.iter(), |one| Cow::from(format!("{} of {id}", one.name)), to)
            });
        }
        self.suites.count(suite, &case.counts(), case.span);
        let properties = self.properties.of_test(suite, route_code, &case.tags, &mut self.writer.xml.store)?;
        self.writer.xml.suite = suite;
        case.write(id, self.suites.name(suite), properties, &mut self.writer)
    }
}
