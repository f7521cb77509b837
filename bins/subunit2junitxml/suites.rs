//! The suites of a report, and in which of them a test is.

use std::fmt::Write;

use clap::ValueEnum;
use subunit_codec::Span;
use subunit_formats::junit::{Counts, clean, package, split};
use subunit_formats::worker::{Worker, is_worker};

use crate::names::Names;

/// What makes tests a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// The worker: the route code and the tag of the worker.
    Worker,
    /// The worker's tag, or else the first tag.
    Tag,
    /// The whole route code.
    Route,
    /// The package.
    Prefix,
}

/// The suites of a run, by number.
#[derive(Debug)]
pub(crate) struct Suites {
    pub(crate) by: Option<By>,
    names: Names,
    tallies: Vec<Tally>,
    /// The name of the last worker, for its memory.
    worker: String,
}

/// The counts of a suite, and from when to when its tests ran.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) counts: Counts,
    pub(crate) span: Span,
}

impl Tally {
    pub(crate) fn add(&mut self, counts: &Counts, span: Span) {
        self.counts.add(counts);
        self.span.cover(span);
    }
}

impl Suites {
    /// The suite of what is in no other: tests without worker, tag, route or package, and the run
    /// as a whole.
    pub(crate) const REST: u32 = 0;

    pub(crate) fn new(by: Option<By>) -> Self {
        let mut suites = Self { by, names: Names::default(), tallies: Vec::new(), worker: String::new() };
        suites.numbered("subunit");
        suites
    }

    /// The suite of a test, or without an id of something of the whole run.
    pub(crate) fn of<'a>(
        &mut self,
        id: Option<&str>,
        route_code: Option<&'a str>,
        tags: impl Iterator<Item = &'a str> + Clone,
    ) -> u32 {
        match self.by {
            None => Self::REST,
            Some(By::Worker) => {
                let worker = Worker::new(route_code, tags);
                if worker.is_unknown() {
                    return Self::REST;
                }
                let mut name = std::mem::take(&mut self.worker);
                name.clear();
                write!(name, "{worker}").expect("a string takes any text");
                let number = self.named(&name);
                self.worker = name;
                number
            }
            Some(By::Tag) => {
                let worker = tags.clone().filter(|tag| is_worker(tag)).min();
                self.named(worker.or_else(|| tags.min()).unwrap_or_default())
            }
            Some(By::Route) => self.named(route_code.unwrap_or_default()),
            Some(By::Prefix) => self.named(id.map(|id| package(split(id).0)).unwrap_or_default()),
        }
    }

    /// The suite of a name. Names that look alike in the report are one, and one that shows nothing
    /// is none.
    fn named(&mut self, name: &str) -> u32 {
        let name = clean(name);
        if name.is_empty() { Self::REST } else { self.numbered(&name) }
    }

    fn numbered(&mut self, name: &str) -> u32 {
        let number = self.names.number(name);
        if self.tallies.len() <= number as usize {
            self.tallies.push(Tally::default());
        }
        number
    }

    pub(crate) fn name(&self, suite: u32) -> &str {
        self.names.name(suite)
    }

    pub(crate) fn tally(&self, suite: u32) -> Tally {
        self.tallies.get(suite as usize).copied().unwrap_or_default()
    }

    /// Counts a test in its suite.
    pub(crate) fn count(&mut self, suite: u32, counts: &Counts, span: Span) {
        if let Some(tally) = self.tallies.get_mut(suite as usize) {
            tally.add(counts, span);
        }
    }

    /// Counts all tests.
    pub(crate) fn total(&self) -> Tally {
        let mut total = Tally::default();
        self.tallies.iter().for_each(|tally| total.add(&tally.counts, tally.span));
        total
    }

    /// All suites, sorted by name, and the rest last.
    pub(crate) fn sorted(&self) -> Vec<u32> {
        let mut suites: Vec<u32> = (0..).take(self.tallies.len()).skip(1).collect();
        suites.sort_unstable_by_key(|suite| self.name(*suite));
        suites.push(Self::REST);
        suites
    }
}
