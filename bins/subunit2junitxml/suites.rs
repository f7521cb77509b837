//! The suites of a report, and in which of them a test is.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use clap::ValueEnum;
use subunit_codec::Timestamp;
use subunit_formats::junit::{self, Counts};

use crate::spool::Text;

/// What makes tests a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// The worker's tag.
    Tag,
    /// The whole route code.
    Route,
    /// The package.
    Prefix,
}

/// A suite.
#[derive(Debug, Default)]
pub(crate) struct Suite {
    pub(crate) counts: Counts,
    pub(crate) start: Option<Timestamp>,
    pub(crate) stop: Option<Timestamp>,
    routes: BTreeSet<String>,
    tags: BTreeSet<String>,
    /// The test cases.
    pub(crate) cases: Text,
    /// What was printed by no test.
    pub(crate) output: Text,
    pub(crate) errors: Text,
}

impl Suite {
    /// From the first start to the last stop.
    pub(crate) fn time(&self) -> Duration {
        between(self.start, self.stop)
    }

    /// Takes note of the counts and times of a suite or test in this one.
    pub(crate) fn count(&mut self, counts: &Counts, start: Option<Timestamp>, stop: Option<Timestamp>) {
        self.counts.tests += counts.tests;
        self.counts.failures += counts.failures;
        self.counts.errors += counts.errors;
        self.counts.skipped += counts.skipped;
        self.start = [self.start, start].into_iter().flatten().min();
        self.stop = self.stop.max(stop);
    }

    /// Takes note of the route and tags of a test.
    pub(crate) fn note(&mut self, route_code: Option<&str>, tags: &[String]) {
        add(&mut self.routes, route_code);
        add(&mut self.tags, tags.iter().map(String::as_str));
    }

    /// The routes and tags of its tests, as names and values of properties.
    pub(crate) fn properties(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let routes = self.routes.iter().map(|route| ("route", route.as_str()));
        routes.chain(self.tags.iter().map(|tag| ("tag", tag.as_str())))
    }

    /// Whether there is nothing to say of it.
    pub(crate) fn is_empty(&self) -> bool {
        self.counts.tests == 0 && self.output.is_empty() && self.errors.is_empty()
    }
}

/// The suites of a run.
#[derive(Debug)]
pub(crate) struct Suites {
    pub(crate) by: Option<By>,
    pub(crate) named: BTreeMap<String, Suite>,
    /// What is in no other: tests without tag, route or package, and the run as a whole.
    pub(crate) rest: Suite,
}

impl Suites {
    pub(crate) fn new(by: Option<By>) -> Self {
        Self { by, named: BTreeMap::new(), rest: Suite::default() }
    }

    /// The suite for a test, or without an id for something of the whole run.
    pub(crate) fn of(&mut self, id: Option<&str>, route_code: Option<&str>, tags: &[String]) -> &mut Suite {
        let name = match self.by {
            None => None,
            Some(By::Tag) => worker(tags),
            Some(By::Route) => route_code,
            Some(By::Prefix) => id.map(|id| junit::package(junit::split(id).0)).filter(|package| !package.is_empty()),
        };
        let Some(name) = name else { return &mut self.rest };
        if !self.named.contains_key(name) {
            self.named.insert(name.to_owned(), Suite::default());
        }
        self.named.get_mut(name).expect("it was put there")
    }
}

fn add<'a>(set: &mut BTreeSet<String>, names: impl IntoIterator<Item = &'a str>) {
    for name in names {
        if !set.contains(name) {
            set.insert(name.to_owned());
        }
    }
}

/// The tag of the worker that ran a test, as testr and stestr give it, or else the first tag of all.
fn worker(tags: &[String]) -> Option<&str> {
    let tags = || tags.iter().map(String::as_str);
    tags().filter(|tag| tag.starts_with("worker-")).min().or_else(|| tags().min())
}

/// The time from one moment to a later one; nothing when one is not known or the clock stepped back.
pub(crate) fn between(start: Option<Timestamp>, stop: Option<Timestamp>) -> Duration {
    let (Some(start), Some(stop)) = (start, stop) else { return Duration::ZERO };
    stop.since_epoch().saturating_sub(start.since_epoch())
}
