//! How a run went.

use std::fmt;
use std::time::Duration;

use subunit_codec::{Span, Status};

/// Tests taken together.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    /// Every test but those that only exist.
    pub(crate) tests: u64,
    /// By status, in the order of [`Status::ALL`].
    by_status: [u64; Status::ALL.len()],
    /// From the first start to the last stop.
    span: Span,
    /// The sum of their durations.
    busy: Duration,
}

impl Totals {
    /// Adds a test that is over.
    pub(crate) fn add(&mut self, status: Status, span: Span) {
        self.tests += 1;
        if let Some(index) = Status::ALL.iter().position(|known| *known == status) {
            self.by_status[index] += 1;
        }
        self.span.cover(span);
        self.busy = self.busy.saturating_add(span.duration().unwrap_or_default());
    }

    /// How many tests ended with one of these statuses.
    pub(crate) fn count<const N: usize>(&self, statuses: [Status; N]) -> u64 {
        let counts = Status::ALL.iter().zip(&self.by_status);
        counts.filter(|(status, _)| statuses.contains(status)).map(|(_, count)| count).sum()
    }

    /// How many tests failed, in any way.
    pub(crate) fn failures(&self) -> u64 {
        self.count([Status::Fail, Status::UnexpectedSuccess, Status::InProgress])
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wall = self.span.duration().unwrap_or_default().as_secs_f64();
        writeln!(f, "======\nTotals\n======")?;
        writeln!(f, "Ran: {} tests in {wall:.4} sec.", self.tests)?;
        for (name, status) in [
            ("Passed", Status::Success),
            ("Skipped", Status::Skip),
            ("Expected Fail", Status::ExpectedFailure),
            ("Unexpected Success", Status::UnexpectedSuccess),
            ("Failed", Status::Fail),
            ("Unfinished", Status::InProgress),
        ] {
            let count = self.count([status]);
            if count > 0 || status != Status::InProgress {
                writeln!(f, " - {name}: {count}")?;
            }
        }
        writeln!(f, "Sum of execute time for each test: {:.4} sec.", self.busy.as_secs_f64())
    }
}
