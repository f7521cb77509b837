//! The order in which tests are given out.

use std::cmp::Reverse;
use std::collections::HashMap;

use regex::Regex;
use subunit_cli::{Estimate, Shares, TestGroups};

/// Tests that are given out together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Unit {
    /// Indexes into the list.
    pub(crate) tests: Vec<usize>,
    pub(crate) seconds: f64,
    /// Whether it must be alone in its batch.
    pub(crate) is_alone: bool,
    /// Its batch, if all batches were made beforehand.
    pub(crate) share: Option<usize>,
}

impl Unit {
    pub(crate) fn add(&mut self, other: Self) {
        self.tests.extend(other.tests);
        self.seconds += other.seconds;
        self.is_alone |= other.is_alone;
        self.share = other.share;
    }
}

/// The tests, and the order in which they are given out.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) ids: Vec<String>,
    /// The estimated duration of each.
    pub(crate) seconds: Vec<f64>,
    pub(crate) units: Vec<Unit>,
}

/// The duration of each test if no durations are known.
const UNKNOWN: f64 = 1.0;

impl Plan {
    /// Sorts tests: those in `first`, then those without a recorded duration, since new tests fail
    /// most, then the longest. A group counts as one test of its total length.
    pub(crate) fn new(
        ids: Vec<String>,
        estimates: Option<&[Estimate]>,
        first: &[String],
        group: Option<&Regex>,
    ) -> Self {
        let seconds: Vec<f64> = match estimates {
            Some(estimates) => estimates.iter().map(|test| test.duration.as_secs_f64()).collect(),
            None => vec![UNKNOWN; ids.len()],
        };
        let groups = TestGroups::new(&ids, &nanoseconds(&seconds), group);
        let mut units = vec![Unit::default(); groups.groups.len()];
        for (test, group) in groups.of_test.iter().enumerate() {
            units[*group].add(Unit { tests: vec![test], seconds: seconds[test], ..Unit::default() });
        }
        let places: HashMap<&str, usize> = first.iter().map(String::as_str).zip(0..).collect();
        let is_recorded = |test: usize| estimates.is_none_or(|estimates| estimates[test].is_recorded);
        units.sort_by_cached_key(|unit| {
            let place = unit.tests.iter().filter_map(|test| places.get(&*ids[*test])).min();
            let is_known = unit.tests.iter().all(|test| is_recorded(*test));
            let length = nanoseconds(&[unit.seconds])[0];
            (place.copied().unwrap_or(usize::MAX), is_known, Reverse(length))
        });
        Self { ids, seconds, units }
    }

    /// The total duration in seconds.
    pub(crate) fn total(&self) -> f64 {
        self.units.iter().map(|unit| unit.seconds).sum()
    }

    /// Makes one batch for each worker, as subunit-split does.
    pub(crate) fn share_out(&mut self, workers: usize, group: Option<&Regex>) {
        let groups = TestGroups::new(&self.ids, &nanoseconds(&self.seconds), group);
        let shares = Shares::new(&groups, workers);
        let mut share_of = vec![0; self.ids.len()];
        for share in 0..workers {
            shares.tests(share).iter().for_each(|test| share_of[*test] = share);
        }
        for unit in &mut self.units {
            unit.share = unit.tests.first().map(|test| share_of[*test]);
        }
        self.units.sort_by_key(|unit| unit.share);
    }
}

/// Nanoseconds are integers: they can be sorted and summed exactly.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "tests take less than 500 years")]
fn nanoseconds(seconds: &[f64]) -> Vec<u128> {
    seconds.iter().map(|seconds| (seconds * 1e9) as u128).collect()
}
