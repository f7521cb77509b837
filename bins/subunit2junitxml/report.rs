//! The report: tests become test cases as they finish, and the whole is put together at the end.

use subunit_cli::Trouble;
use subunit_codec::{Damage, InFlight, PARSER_TEST_ID, Packet, Status};
use subunit_formats::junit::Markup;

use crate::attachment::Piece;
use crate::case::Case;
use crate::global::Global;
use crate::pen::Pen;
use crate::spool::{Reading, Spool, Text};
use crate::suites::{By, Suite, Suites};

/// A report that grows. Memory follows the tests in flight and the suites, not the length of the stream.
pub(crate) struct Report {
    flying: InFlight<Case>,
    global: Global,
    suites: Suites,
    spool: Spool,
    markup: Markup,
}

/// What a suite is called that has no name: tests without what suites are made by, and the run as a whole.
const NAMELESS: &str = "subunit";

impl Report {
    pub(crate) fn new(by: Option<By>) -> Self {
        Self {
            flying: InFlight::new(),
            global: Global::default(),
            suites: Suites::new(by),
            spool: Spool::default(),
            markup: Markup::new(),
        }
    }

    /// Takes in a packet.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>) -> Result<(), Trouble> {
        let Some(key) = self.flying.key(packet) else { return self.global(packet) };
        let status = packet.status();
        let is_over = status.is_some_and(|status| status != Status::InProgress);
        match self.flying.get_mut(&key) {
            // A test that exists is not one of the same name that runs.
            Some(case) if status != Some(Status::Exists) || case.status.is_none() => {
                case.take_in(packet, &mut self.spool)?;
                match is_over.then(|| self.flying.end(&key)).flatten() {
                    Some(flight) => self.finish_case(&flight.id, flight.route_code.as_deref(), flight.value),
                    None => Ok(()),
                }
            }
            _ if is_over => {
                let mut case = Case::default();
                case.take_in(packet, &mut self.spool)?;
                self.finish_case(packet.test_id().unwrap_or_default(), packet.route_code(), case)
            }
            _ => {
                self.flying.begin(&key, Case::default()).take_in(packet, &mut self.spool)?;
                // The oldest that has no status after thousands of others is an attachment that came late.
                let late = match status {
                    None => self.flying.note_loose(&key, |case| case.status.is_none()),
                    Some(_) => None,
                };
                late.map_or(Ok(()), |late| self.finish_case(&late.id, late.route_code.as_deref(), late.value))
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
                case.attachments.take_in(piece, &mut self.spool)?;
            }
        }
        self.finish_case(PARSER_TEST_ID, None, case)
    }

    /// Takes in text that stood between packets, as a file `stdout` of the whole run.
    pub(crate) fn text(&mut self, text: &[u8]) -> Result<(), Trouble> {
        let piece = Piece { name: "stdout", mime_type: None, bytes: text, is_last: false };
        let mut pen = Pen { spool: &mut self.spool, markup: &mut self.markup };
        self.global.take_in(piece, None, &[], &mut self.suites, &mut pen)
    }

    fn global(&mut self, packet: &Packet<'_>) -> Result<(), Trouble> {
        let Some(piece) = Piece::of(packet) else { return Ok(()) };
        let tags: Vec<String> = packet.tags().into_iter().flatten().map(str::to_owned).collect();
        let mut pen = Pen { spool: &mut self.spool, markup: &mut self.markup };
        self.global.take_in(piece, packet.route_code(), &tags, &mut self.suites, &mut pen)
    }

    /// A stream ended: what is in flight will not finish.
    pub(crate) fn end_stream(&mut self) -> Result<(), Trouble> {
        for flight in self.flying.drain() {
            self.finish_case(&flight.id, flight.route_code.as_deref(), flight.value)?;
        }
        let mut pen = Pen { spool: &mut self.spool, markup: &mut self.markup };
        self.global.finish(&mut self.suites, &mut pen)
    }

    /// Writes a test down. One that was not run has no test case; its attachments are among those of the whole run.
    fn finish_case(&mut self, id: &str, route_code: Option<&str>, case: Case) -> Result<(), Trouble> {
        let suite = self.suites.of(Some(id), route_code, &case.tags);
        let mut pen = Pen { spool: &mut self.spool, markup: &mut self.markup };
        if matches!(case.status, None | Some(Status::Exists)) {
            return pen.stray(&mut suite.output, id, case.attachments);
        }
        suite.count(&case.counts(), case.start, case.stop);
        suite.note(route_code, &case.tags);
        case.write(id, route_code, &mut suite.cases, &mut pen)
    }

    /// Counts all tests.
    pub(crate) fn total(&self) -> Suite {
        let mut total = Suite::default();
        for suite in self.suites.named.values().chain([&self.suites.rest]) {
            total.count(&suite.counts, suite.start, suite.stop);
        }
        total
    }

    /// Puts the report together.
    pub(crate) fn finish(mut self) -> Result<Reading, Trouble> {
        let total = self.total();
        let mut text = Text::default();
        let mut pen = Pen { spool: &mut self.spool, markup: &mut self.markup };
        pen.markup.declaration();
        let is_one_of_many = self.suites.by.is_some();
        if is_one_of_many {
            pen.markup.suites(&total.counts, total.time());
            pen.markup.line();
        }
        for (name, suite) in self.suites.named {
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
        Ok(self.spool.read(text))
    }
}

fn write_suite(name: &str, suite: Suite, text: &mut Text, pen: &mut Pen<'_>) -> Result<(), Trouble> {
    pen.markup.suite(name, &suite.counts, suite.time(), suite.start);
    pen.markup.line();
    if suite.properties().next().is_some() {
        pen.markup.open("properties", &[]);
        for (name, value) in suite.properties() {
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
