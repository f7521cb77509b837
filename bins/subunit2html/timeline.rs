//! When which worker ran which test.

use subunit_cli::Record;
use subunit_codec::Timestamp;
use subunit_formats::repeated_name;

use crate::bars::{Bar, Lane};
use crate::outcome::Outcome;

/// The lanes of all workers.
#[derive(Default)]
pub(crate) struct Timeline {
    /// By the number of the worker.
    pub(crate) lanes: Vec<Lane>,
    /// Tests of workers that have no lane, and tests without times.
    pub(crate) left_out: u64,
}

impl Timeline {
    /// So many workers have lanes.
    pub(crate) const MOST_LANES: usize = 100;

    /// Adds a test, which has this row.
    pub(crate) fn add(&mut self, id: &str, outcome: Outcome, record: &Record, worker: usize, row: u64) {
        if outcome == Outcome::Listed {
            return;
        }
        let start = record.span.start.map(microseconds);
        let stop = record.span.stop.map(microseconds);
        let is_open = outcome == Outcome::Unfinished;
        let Some(start) = start.filter(|_| worker < Self::MOST_LANES && (is_open || stop >= start)) else {
            self.left_out += 1;
            return;
        };
        if self.lanes.len() <= worker {
            self.lanes.resize_with(worker + 1, Lane::default);
        }
        let mut id = id.to_owned();
        repeated_name::bound(&mut id);
        let (stop, failures) = (stop.unwrap_or(start), u64::from(outcome.is_failure()));
        self.lanes[worker].add(Bar { start, stop, is_open, outcome, row, id, tests: 1, failures });
    }
}

/// A time in microseconds since 1970.
pub(crate) fn microseconds(time: Timestamp) -> u64 {
    u64::try_from(time.since_epoch().as_micros()).unwrap_or(u64::MAX)
}
