//! Reads a run: which tests began when, on which worker.

use std::ffi::OsStr;

use regex::Regex;
use subunit_cli::{Stream, Trouble};
use subunit_codec::{Assembler, Flight, Item, PARSER_TEST_ID, Packet, Protocol, Renew, Stage, Status, Test, Tracker};
use subunit_formats::failure::texts;
use subunit_formats::names::Names;
use subunit_formats::worker::Worker;

/// How a run is read.
pub(crate) struct Reader<'a> {
    /// The test that fails.
    pub(crate) id: &'a str,
    /// Its tag names the worker of a test.
    pub(crate) worker: Option<Regex>,
    /// A text of a failure matches.
    pub(crate) matching: Option<Regex>,
    pub(crate) protocol: Protocol,
}

/// A run.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// The other tests.
    pub(crate) tests: Vec<Began>,
    /// The attempts of the test that fails.
    pub(crate) attempts: Vec<Attempt>,
    /// Damaged packets.
    pub(crate) damage: u64,
}

/// A test that began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Began {
    /// How many tests began before it.
    pub(crate) place: u64,
    /// The numbers of its name and of the name of its worker.
    pub(crate) name: usize,
    pub(crate) worker: usize,
}

/// An attempt of the test that fails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    pub(crate) place: u64,
    pub(crate) worker: usize,
    pub(crate) is_bad: bool,
}

/// What is known of a test in flight.
#[derive(Default)]
struct Start {
    place: Option<u64>,
    tags: Vec<String>,
}

impl Renew for Start {
    /// Keeps memory.
    fn renew(&mut self) {
        self.place = None;
        self.tags.clear();
    }
}

/// The number of bytes searched in each text.
const LONGEST_TEXT: usize = 1 << 20;

impl Reader<'_> {
    /// Reads a run.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is not a subunit stream.
    pub(crate) fn read(&self, file: &OsStr, names: &mut Names) -> Result<Run, Trouble> {
        let mut stream = Stream::open(file, self.protocol)?;
        let mut reading = Reading {
            reader: self,
            names,
            workers: Names::default(),
            tests: Tracker::new(),
            attempts: Assembler::keeping_heads(if self.matching.is_some() { LONGEST_TEXT } else { 0 }),
            begun: 0,
            run: Run::default(),
        };
        while let Some(item) = stream.next_after(|| Ok::<(), Trouble>(()))? {
            match &item {
                Item::Packet(packet) => reading.packet(packet),
                Item::Damage(_) => reading.run.damage += 1,
                Item::Text(_) => {}
            }
        }
        reading.finish();
        let run = reading.run;
        if stream.is_foreign() { Err(Trouble::already_reported()) } else { Ok(run) }
    }

    /// The name of the worker of a test.
    fn worker(&self, test: &Flight<Start>) -> String {
        let tags = test.value.tags.iter().map(String::as_str);
        match &self.worker {
            None => Worker::new(test.route_code(), tags).to_string(),
            // One worker for all.
            Some(regex) if regex.as_str().is_empty() => String::new(),
            Some(regex) => {
                let tag = tags.into_iter().find(|tag| regex.is_match(tag));
                Worker { route_code: test.route_code(), tag }.to_string()
            }
        }
    }

    /// Whether an attempt is bad; `None` if it does not count.
    fn is_bad(&self, test: &Test) -> Option<bool> {
        match test.status {
            Status::Exists | Status::Skip => None,
            Status::Success | Status::ExpectedFailure => Some(false),
            Status::Fail | Status::UnexpectedSuccess | Status::InProgress => {
                let counts = self.matching.as_ref().is_none_or(|regex| texts(test).any(|text| regex.is_match(&text)));
                counts.then_some(true)
            }
        }
    }
}

/// A run that is being read.
struct Reading<'a> {
    reader: &'a Reader<'a>,
    names: &'a mut Names,
    workers: Names,
    tests: Tracker<Start>,
    /// The attempts of the test that fails, with their texts.
    attempts: Assembler,
    begun: u64,
    run: Run,
}

impl Reading<'_> {
    fn packet(&mut self, packet: &Packet<'_>) {
        if packet.is_about(PARSER_TEST_ID) {
            // A filter has reported damage.
            self.run.damage += u64::from(packet.status() == Some(Status::Fail));
            return;
        }
        let is_attempt = packet.is_about(self.reader.id);
        let result =
            if is_attempt { self.attempts.push(packet).and_then(|test| self.reader.is_bad(test)) } else { None };
        let (is_end, test) = match self.tests.push(packet) {
            Stage::NoTest => return,
            Stage::Begun(test) | Stage::Continued(test) => (false, test),
            Stage::Ended(test) | Stage::Single(test) => (true, test),
        };
        let place = *test.value.place.get_or_insert_with(|| {
            self.begun += 1;
            self.begun
        });
        if let Some(tags) = packet.tags() {
            test.value.tags.clear();
            test.value.tags.extend(tags.map(str::to_owned));
        }
        if !is_end || packet.status() == Some(Status::Exists) {
            return;
        }
        let worker = self.workers.number(&self.reader.worker(test));
        if !is_attempt {
            self.run.tests.push(Began { place, name: self.names.number(test.id()), worker });
        } else if let Some(is_bad) = result {
            self.run.attempts.push(Attempt { place, worker, is_bad });
        }
    }

    /// Adds the tests that did not finish.
    fn finish(&mut self) {
        let attempts = self.attempts.finish();
        for test in self.tests.drain().into_iter().filter(Flight::has_status) {
            let place = test.value.place.unwrap_or_default();
            let worker = self.workers.number(&self.reader.worker(&test));
            if test.id() != self.reader.id {
                self.run.tests.push(Began { place, name: self.names.number(test.id()), worker });
                continue;
            }
            let attempt = attempts.iter().find(|attempt| attempt.route_code.as_deref() == test.route_code());
            if let Some(is_bad) = attempt.and_then(|attempt| self.reader.is_bad(attempt)) {
                self.run.attempts.push(Attempt { place, worker, is_bad });
            }
        }
    }
}
