//! Tests by the tag or the route that they have in common, as workers have, and how evenly work was shared out among these.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::ValueEnum;
use subunit_codec::{Test, Timestamp};
use subunit_formats::worker::is_worker;

use crate::tally::Tally;

/// What makes tests a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// Each tag.
    Tag,
    /// The whole route code.
    Route,
}

impl By {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Route => "route",
        }
    }
}

/// The groups of a run.
#[derive(Debug)]
pub(crate) struct Groups {
    pub(crate) by: By,
    named: BTreeMap<String, Tally>,
    /// Tests without tag or route.
    nameless: Tally,
    /// Whether a test is in more than one.
    overlap: bool,
    /// The same of those that are named as workers are.
    workers_overlap: bool,
}

/// A group, as it is reported.
pub(crate) struct Group<'a> {
    /// `None` for the tests without tag or route.
    pub(crate) name: Option<&'a str>,
    pub(crate) tally: &'a Tally,
    /// From the end of its last test to the end of the last test of any group with a name.
    pub(crate) idle: Option<Duration>,
}

/// How evenly the groups with a name ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Balance {
    /// From the end of the first group to the end of the last one.
    pub(crate) skew: Duration,
    /// How much earlier the last one would have ended, had all ended at the same moment: the mean of their idle times.
    pub(crate) saving: Duration,
}

impl Groups {
    pub(crate) fn new(by: By) -> Self {
        Self { by, named: BTreeMap::new(), nameless: Tally::default(), overlap: false, workers_overlap: false }
    }

    pub(crate) fn add(&mut self, test: &Test) {
        let mut names: Vec<&str> = match self.by {
            By::Tag => test.tags.iter().map(String::as_str).collect(),
            By::Route => test.route_code.iter().map(String::as_str).collect(),
        };
        names.sort_unstable();
        names.dedup();
        self.overlap |= names.len() > 1;
        self.workers_overlap |= names.iter().filter(|name| is_worker(name)).count() > 1;
        if names.is_empty() {
            self.nameless.add(test);
        }
        for name in names {
            match self.named.get_mut(name) {
                Some(tally) => tally.add(test),
                None => self.named.entry(name.to_owned()).or_default().add(test),
            }
        }
    }

    /// The groups by name, and then the one without, if there are such tests.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Group<'_>> {
        let end = self.end();
        let named = self.named.iter().map(move |(name, tally)| {
            let idle = tally.span.stop.zip(end).map(|(stop, end)| end.since(stop));
            Group { name: Some(name), tally, idle }
        });
        let nameless = Some(Group { name: None, tally: &self.nameless, idle: None });
        named.chain(nameless.filter(|group| group.tally.tests > 0))
    }

    /// The balance of two groups or more, unless a test is in several: then the groups are no workers. Where tags are named as those of
    /// workers are, the others are none.
    pub(crate) fn balance(&self) -> Option<Balance> {
        let has_workers = self.by == By::Tag && self.named.keys().any(|name| is_worker(name));
        let counts = |group: &Group<'_>| !has_workers || group.name.is_some_and(is_worker);
        let overlap = if has_workers { self.workers_overlap } else { self.overlap };
        let idle: Vec<Duration> = self.iter().filter(counts).filter_map(|group| group.idle).collect();
        let count = u32::try_from(idle.len()).ok().filter(|count| *count > 1 && !overlap)?;
        let sum = idle.iter().fold(Duration::ZERO, |sum, idle| sum.saturating_add(*idle));
        Some(Balance { skew: idle.into_iter().max()?, saving: sum / count })
    }

    /// When the last group with a name ended.
    fn end(&self) -> Option<Timestamp> {
        self.named.values().filter_map(|tally| tally.span.stop).max()
    }
}
