//! Tests taken together: how many there are, when they ran, and how long.

use std::time::Duration;

use subunit_codec::{Span, Test};

/// Tests taken together.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) tests: u64,
    pub(crate) failures: u64,
    /// From the earliest start of any of them to the latest stop.
    pub(crate) span: Span,
    /// The sum of their durations.
    pub(crate) busy: Duration,
}

impl Tally {
    pub(crate) fn add(&mut self, test: &Test) {
        self.tests += 1;
        self.failures += u64::from(test.is_failure());
        self.span.cover(test.span());
        self.busy = self.busy.saturating_add(test.duration().unwrap_or_default());
    }
}
