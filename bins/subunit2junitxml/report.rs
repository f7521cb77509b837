//! The report: tests become test cases as they finish, and the whole is put together at the end.

use std::mem;

use subunit_cli::Trouble;
use subunit_codec::{Damage, Flight, InFlight, PARSER_TEST_ID, Packet, Status};

use crate::attachment::Piece;
use crate::case::Case;
use crate::case_writer::CaseWriter;
use crate::run_files::RunFiles;
use crate::suites::{By, Suite, Suites};
use crate::text_store::{Complete, Text};

/// A report that grows. Memory follows the tests in flight and the suites, not the length of the stream.
pub(crate) struct Report {
    flying: InFlight<Case>,
    /// The last case that was written, for its memory.
    written: Case,
    global: RunFiles,
    suites: Suites,
    pen: CaseWriter,
}

/// What a suite is called that has no name: tests without what suites are made by, and the run as a whole.
const NAMELESS: &str = "subunit";

impl Report {
    pub(crate) fn new(by: Option<By>) -> Self {
        Self {
            flying: InFlight::new(),
            written: Case::default(),
            global: RunFiles::default(),
            suites: Suites::new(by),
            pen: CaseWriter::default(),
        }
    }

    /// Takes in a packet.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>) -> Result<(), Trouble> {
        let Some(key) = self.flying.key(packet) else { return self.global(packet) };
        let status = packet.status();
        let is_over = status.is_some_and(Status::is_final);
        match self.flying.get_mut(&key) {
            // A test that exists is not one of the same name that runs.
            Some(case) if status != Some(Status::Exists) || case.status.is_none() => {
                case.take_in(packet, &mut self.pen.spool)?;
                if let Some(flight) = is_over.then(|| self.flying.close(&key)).flatten() {
                    let mut case = mem::take(&mut flight.value);
                    self.suites.take_in(flight.id(), flight.route_code.as_deref(), &mut case, &mut self.pen)?;
                    self.written = case;
                }
                Ok(())
            }
            _ if is_over => {
                let mut case = self.written.renewed();
                case.take_in(packet, &mut self.pen.spool)?;
                let id = packet.test_id().unwrap_or_default();
                self.suites.take_in(id, packet.route_code(), &mut case, &mut self.pen)?;
                self.written = case;
                Ok(())
            }
            _ => {
                self.flying.begin(&key, self.written.renewed()).take_in(packet, &mut self.pen.spool)?;
                // The oldest that has no status after thousands of others is an attachment that came late.
                let late = match status {
                    None => self.flying.note_loose(&key, |case| case.status.is_none()),
                    Some(_) => None,
                };
                late.map_or(Ok(()), |late| self.flown(late))
            }
        }
    }

    /// Takes in damage, as the failed test that reports it.
    pub(crate) fn damage(&mut self, damage: &Damage<'_>) -> Result<(), Trouble> {
        let mut case = Case { status: Some(Status::Fail), ..Case::default() };
        for event in damage.report() {
            if let Some(file) = &event.file {
                let mime_type = event.mime_type.as_deref();
                let piece = Piece { name: &file.name, mime_type, bytes: &file.bytes, is_last: event.eof };
                case.attachments.take_in(piece, &mut self.pen.spool)?;
            }
        }
        self.suites.take_in(PARSER_TEST_ID, None, &mut case, &mut self.pen)
    }

    /// Takes in text that stood between packets, as a file `stdout` of the whole run.
    pub(crate) fn text(&mut self, text: &[u8]) -> Result<(), Trouble> {
        let piece = Piece { name: "stdout", mime_type: None, bytes: text, is_last: false };
        self.global.take_in(piece, None, &[], &mut self.suites, &mut self.pen)
    }

    fn global(&mut self, packet: &Packet<'_>) -> Result<(), Trouble> {
        let Some(piece) = Piece::of(packet) else { return Ok(()) };
        let tags: Vec<String> = packet.tags().into_iter().flatten().map(str::to_owned).collect();
        self.global.take_in(piece, packet.route_code(), &tags, &mut self.suites, &mut self.pen)
    }

    /// A stream ended: what is in flight will not finish.
    pub(crate) fn end_stream(&mut self) -> Result<(), Trouble> {
        for flight in self.flying.drain() {
            self.flown(flight)?;
        }
        self.global.finish(&mut self.suites, &mut self.pen)
    }

    /// Writes down a test that is not in flight any more.
    fn flown(&mut self, mut flight: Flight<Case>) -> Result<(), Trouble> {
        let mut case = mem::take(&mut flight.value);
        self.suites.take_in(flight.id(), flight.route_code.as_deref(), &mut case, &mut self.pen)
    }

    /// Counts all tests.
    pub(crate) fn total(&self) -> Suite {
        let mut total = Suite::default();
        for suite in self.suites.named.values().chain([&self.suites.rest]) {
            total.count(&suite.counts, suite.span);
        }
        total
    }

    /// Puts the report together.
    pub(crate) fn finish(self) -> Result<Complete, Trouble> {
        let total = self.total();
        let (mut text, mut pen) = (Text::default(), self.pen);
        pen.markup.declaration();
        let is_one_of_many = self.suites.by.is_some();
        if is_one_of_many {
            pen.markup.suites(&total.counts, total.span.duration().unwrap_or_default());
            pen.markup.line();
        }
        let mut suites: Vec<_> = self.suites.named.into_iter().collect();
        suites.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        for (name, suite) in suites {
            write_suite(&name, suite, &mut text, &mut pen)?;
        }
        if !(is_one_of_many && self.suites.rest.is_empty()) {
            write_suite(NAMELESS, self.suites.rest, &mut text, &mut pen)?;
        }
        if is_one_of_many {
            pen.markup.close("testsuites");
            pen.markup.line();
        }
        pen.flush(&mut text)?;
        Ok(pen.spool.complete(text))
    }
}

fn write_suite(name: &str, suite: Suite, text: &mut Text, pen: &mut CaseWriter) -> Result<(), Trouble> {
    pen.markup.suite(name, &suite.counts, suite.span);
    pen.markup.line();
    let properties = suite.properties();
    if !properties.is_empty() {
        pen.markup.open("properties", &[]);
        for (name, value) in properties {
            pen.markup.empty("property", &[("name", name), ("value", value)]);
        }
        pen.markup.close("properties");
        pen.markup.line();
    }
    pen.join(text, suite.cases)?;
    for (element, content) in [("system-out", suite.output), ("system-err", suite.errors)] {
        if !content.is_empty() {
            pen.markup.open(element, &[]);
            pen.join(text, content)?;
            pen.markup.close(element);
            pen.markup.line();
        }
    }
    pen.markup.close("testsuite");
    pen.markup.line();
    pen.flush(text)
}
