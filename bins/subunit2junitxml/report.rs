//! The report: tests become test cases as they finish.

use std::borrow::Cow;
use std::mem;

use subunit_cli::{ReportFile, Trouble};
use subunit_codec::names::STDOUT;
use subunit_codec::{Damage, Flight, InFlight, PARSER_TEST_ID, Packet, Status};
use subunit_formats::junit::{Counts, Markup};

use crate::assembly;
use crate::attachment::Piece;
use crate::case::Case;
use crate::case_writer::{CaseWriter, Xml, others};
use crate::draft::{Complete, Draft};
use crate::properties::Properties;
use crate::run_files::RunFiles;
use crate::suite_store::{Kind, Section, SuiteStore};
use crate::suites::{By, Suites};
use crate::tags::TagList;
use crate::text_store::Spool;

/// A report that grows. Memory follows the tests in flight and the suites, not the length of the
/// stream.
#[derive(Debug)]
pub(crate) struct Report {
    open: InFlight<Case>,
    /// The tags of a test that ended, for their memory.
    spare_tags: TagList,
    run_files: RunFiles,
    done: Done,
    /// What the report is put together in, unless tests go straight there.
    draft: Option<Draft>,
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
        let draft = Draft::new(target, if by.is_none() { assembly::HEAD } else { 0 });
        let (draft, later) = if by.is_none() { (Some(draft), None) } else { (None, Some(draft)) };
        let xml = Xml { markup: Markup::new(), store: SuiteStore::default(), draft, suite: Suites::REST };
        Self {
            open: InFlight::new(),
            spare_tags: TagList::default(),
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
        let Some(key) = self.open.key(packet) else { return self.run_file(packet) };
        let spool = &mut self.done.writer.spool;
        let status = packet.status();
        if let Some(status) = status.filter(|status| status.is_final()) {
            // A test that exists is not one of the same name that runs.
            let is_other =
                status == Status::Exists && self.open.get_mut(&key).is_some_and(|case| case.status.is_some());
            let flight = if is_other { None } else { self.open.close(&key) };
            if let Some(flight) = flight {
                flight.value.absorb(packet, spool)?;
                flight.value.attachments.end(spool)?;
                self.done.add(flight.id(), flight.route_code.as_deref(), &flight.value)?;
                flight.value.attachments.forget(&mut self.done.writer.spool);
                mem::swap(&mut self.spare_tags, &mut flight.value.tags);
                return Ok(());
            }
            let mut case = Case { tags: mem::take(&mut self.spare_tags), ..Case::default() };
            case.tags.clear();
            case.absorb(packet, spool)?;
            self.done.end(packet.test_id().unwrap_or_default(), packet.route_code(), &mut case)?;
            self.spare_tags = case.tags;
            return Ok(());
        }
        if let Some(case) = self.open.get_mut(&key) {
            return case.absorb(packet, spool);
        }
        let mut tags = mem::take(&mut self.spare_tags);
        tags.clear();
        self.open.begin(&key, Case { tags, ..Case::default() }).absorb(packet, spool)?;
        if status.is_none()
            && let Some(late) = self.open.note_loose(&key, |case| case.status.is_none())
        {
            // The oldest that has no status after thousands of others is an attachment that came
            // late.
            self.done.end_flight(late)?;
        }
        Ok(())
    }

    /// Adds damage, as the failed test that reports it.
    pub(crate) fn damage(&mut self, damage: &Damage<'_>) -> Result<(), Trouble> {
        let mut case = Case { status: Some(Status::Fail), ..Case::default() };
        for event in damage.report() {
            if let Some(file) = &event.file {
                let mime_type = event.mime_type.as_deref();
                let piece = Piece { name: &file.name, mime_type, bytes: &file.bytes, is_last: event.eof };
                case.attachments.add(piece, &mut self.done.writer.spool)?;
            }
        }
        self.done.end(PARSER_TEST_ID, None, &mut case)
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
        self.open.drain().into_iter().try_for_each(|flight| self.done.end_flight(flight))?;
        self.run_files.end(&mut self.done.writer)
    }

    /// Counts all tests.
    pub(crate) fn counts(&self) -> Counts {
        self.done.suites.total().counts
    }

    /// Puts the report together.
    pub(crate) fn complete(self) -> Result<Complete, Trouble> {
        assembly::complete(&self.done.suites, self.done.writer.xml, self.draft)
    }
}

impl Done {
    /// Ends a test that did not finish.
    fn end_flight(&mut self, mut flight: Flight<Case>) -> Result<(), Trouble> {
        let mut case = mem::take(&mut flight.value);
        self.end(flight.id(), flight.route_code.as_deref(), &mut case)
    }

    /// Ends a test.
    fn end(&mut self, id: &str, route_code: Option<&str>, case: &mut Case) -> Result<(), Trouble> {
        case.attachments.end(&mut self.writer.spool)?;
        self.add(id, route_code, case)?;
        case.attachments.forget(&mut self.writer.spool);
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
