//! Tests taken together: how many there are, when they ran, and how long.

use std::time::Duration;

use subunit_codec::{Test, Timestamp};

/// Tests taken together.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) tests: u64,
    pub(crate) failures: u64,
    /// The earliest start of any of them.
    pub(crate) first_start: Option<Timestamp>,
    /// The latest stop of any of them.
    pub(crate) last_stop: Option<Timestamp>,
    /// The sum of their durations.
    pub(crate) busy: Duration,
}

impl Tally {
    pub(crate) fn add(&mut self, test: &Test) {
        self.tests += 1;
        self.failures += u64::from(test.is_failure());
        self.first_start = self.first_start.into_iter().chain(test.start).min();
        self.last_stop = self.last_stop.max(test.stop);
        self.busy = self.busy.saturating_add(duration(test).unwrap_or_default());
    }

    /// From the first start to the last stop.
    pub(crate) fn wall(&self) -> Option<Duration> {
        Some(self.last_stop?.since(self.first_start?))
    }
}

/// How long a test took, where the stream tells: nothing when its clock stepped back.
pub(crate) fn duration(test: &Test) -> Option<Duration> {
    Some(test.stop?.since(test.start?))
}
