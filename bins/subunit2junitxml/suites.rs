//! The suites of a report, and in which of them a test is.

use clap::ValueEnum;
use hashbrown::{HashMap, HashSet};
use subunit_cli::Trouble;
use subunit_codec::{Span, Status};
use subunit_formats::junit::{self, Counts};
use subunit_formats::worker::is_worker;

use crate::case::Case;
use crate::case_writer::CaseWriter;
use crate::text_store::Text;

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
    /// From the first start to the last stop.
    pub(crate) span: Span,
    routes: HashSet<String>,
    tags: HashSet<String>,
    /// The test cases.
    pub(crate) cases: Text,
    /// What was printed by no test.
    pub(crate) output: Text,
    pub(crate) errors: Text,
}

impl Suite {
    /// Takes note of the counts and times of a suite or test in this one.
    pub(crate) fn count(&mut self, counts: &Counts, span: Span) {
        self.counts.tests += counts.tests;
        self.counts.failures += counts.failures;
        self.counts.errors += counts.errors;
        self.counts.skipped += counts.skipped;
        self.span.cover(span);
    }

    /// Takes note of the route and tags of a test.
    pub(crate) fn note(&mut self, route_code: Option<&str>, tags: &[String]) {
        if let Some(code) = route_code {
            self.routes.get_or_insert_with(code, str::to_owned);
        }
        for tag in tags {
            self.tags.get_or_insert_with(tag.as_str(), str::to_owned);
        }
    }

    /// The routes and tags of its tests, as names and values of properties, sorted.
    pub(crate) fn properties(&self) -> Vec<(&'static str, &str)> {
        let routes = self.routes.iter().map(|route| ("route", route.as_str()));
        let mut properties: Vec<_> = routes.chain(self.tags.iter().map(|tag| ("tag", tag.as_str()))).collect();
        properties.sort_unstable();
        properties
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
    pub(crate) named: HashMap<String, Suite>,
    /// What is in no other: tests without tag, route or package, and the run as a whole.
    pub(crate) rest: Suite,
}

impl Suites {
    pub(crate) fn new(by: Option<By>) -> Self {
        Self { by, named: HashMap::new(), rest: Suite::default() }
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
        self.named.entry_ref(name).or_default()
    }

    /// Writes a test down. One that was not run has no test case; its attachments are among those of the whole run.
    pub(crate) fn take_in(
        &mut self,
        id: &str,
        route_code: Option<&str>,
        case: &mut Case,
        pen: &mut CaseWriter,
    ) -> Result<(), Trouble> {
        let suite = self.of(Some(id), route_code, &case.tags);
        if matches!(case.status, None | Some(Status::Exists)) {
            return pen.stray(&mut suite.output, id, &mut case.attachments);
        }
        suite.count(&case.counts(), case.span);
        suite.note(route_code, &case.tags);
        case.write(id, route_code, &mut suite.cases, pen)
    }
}

/// The tag of the worker that ran a test, as testr and stestr give it, or else the first tag of all.
fn worker(tags: &[String]) -> Option<&str> {
    let tags = || tags.iter().map(String::as_str);
    tags().filter(|tag| is_worker(tag)).min().or_else(|| tags().min())
}
