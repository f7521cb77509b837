//! Tests by the worker, the tag or the route that they have in common, and how evenly work was
//! shared out among these groups.

use std::fmt::Write;
use std::time::Duration;

use clap::ValueEnum;
use subunit_codec::{Span, Test, Timestamp};
use subunit_formats::names::Names;
use subunit_formats::worker::Worker;

use crate::tally::Tally;

/// What makes tests a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// The route code and the tag of the worker.
    Worker,
    /// Each tag.
    Tag,
    /// The whole route code.
    Route,
}

impl By {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Worker => "worker",
            Self::Tag => "tag",
            Self::Route => "route",
        }
    }
}

/// The groups of a run.
#[derive(Debug)]
pub(crate) struct Groups {
    pub(crate) by: By,
    pub(crate) names: Names,
    /// By the number of the name.
    tallies: Vec<Tally>,
    /// Tests without worker, tag or route.
    nameless: Tally,
    /// Whether a test is in more than one.
    share_tests: bool,
    /// The groups of the test that is added, kept for its memory.
    numbers: Vec<usize>,
    /// The name of its worker, likewise.
    worker: String,
}

/// A group, as it is reported.
pub(crate) struct Group<'a> {
    /// `None` for the tests without worker, tag or route.
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
    /// How much earlier the last one would have ended, had all ended at the same moment: the mean
    /// of their idle times.
    pub(crate) saving: Duration,
}

/// Why groups have no balance.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoBalance<'a> {
    /// A test is in several groups.
    Shared,
    /// A group ran several tests at once: it was busy for longer than its window.
    Parallel { name: &'a str, busy: Duration, window: Duration },
    /// There are not two groups with a known end.
    TooFew,
}

impl Groups {
    pub(crate) fn new(by: By) -> Self {
        Self {
            by,
            names: Names::default(),
            tallies: Vec::new(),
            nameless: Tally::default(),
            share_tests: false,
            numbers: Vec::new(),
            worker: String::new(),
        }
    }

    pub(crate) fn add(&mut self, test: &Test) {
        self.numbers.clear();
        match self.by {
            By::Worker => {
                let worker = Worker::of(test);
                if !worker.is_unknown() {
                    self.worker.clear();
                    // Writing to a string cannot fail.
                    let _ = write!(self.worker, "{worker}");
                    self.numbers.push(self.names.number(&self.worker));
                }
            }
            By::Tag => self.numbers.extend(test.tags.iter().map(|tag| self.names.number(tag))),
            By::Route => self.numbers.extend(test.route_code.iter().map(|code| self.names.number(code))),
        }
        self.tallies.resize_with(self.names.len(), Tally::default);
        if self.numbers.len() > 1 {
            self.numbers.sort_unstable();
            self.numbers.dedup();
            self.share_tests |= self.numbers.len() > 1;
        }
        if self.numbers.is_empty() {
            self.nameless.add(test);
        }
        for number in &self.numbers {
            self.tallies[*number].add(test);
        }
    }

    /// How many there are, counting the one without a name if it has tests.
    pub(crate) fn len(&self) -> usize {
        self.names.len() + usize::from(self.nameless.tests > 0)
    }

    /// The groups by name, and then the one without, if there are such tests.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Group<'_>> {
        let end = self.end();
        let named = self.names.sorted().map(move |(name, number)| {
            let tally = &self.tallies[number];
            Group { name: Some(name), tally, idle: Span { start: tally.span.stop, stop: end }.duration() }
        });
        let nameless = Some(Group { name: None, tally: &self.nameless, idle: None });
        named.chain(nameless.filter(|group| group.tally.tests > 0))
    }

    /// The balance of two groups or more that each did one thing at a time.
    pub(crate) fn balance(&self) -> Result<Balance, NoBalance<'_>> {
        if self.share_tests {
            return Err(NoBalance::Shared);
        }
        let (mut longest, mut sum, mut count) = (Duration::ZERO, Duration::ZERO, 0_u32);
        for Group { name, tally, idle } in self.iter() {
            let (Some(name), Some(idle)) = (name, idle) else { continue };
            let (busy, window) = (tally.busy, tally.span.duration().unwrap_or_default());
            if busy > window {
                return Err(NoBalance::Parallel { name, busy, window });
            }
            (longest, sum, count) = (longest.max(idle), sum.saturating_add(idle), count.saturating_add(1));
        }
        if count < 2 { Err(NoBalance::TooFew) } else { Ok(Balance { skew: longest, saving: sum / count }) }
    }

    /// When the last group with a name ended.
    fn end(&self) -> Option<Timestamp> {
        self.tallies.iter().filter_map(|tally| tally.span.stop).max()
    }
}
