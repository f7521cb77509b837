//! The slowest tests of a run, no more of them than asked for.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use subunit_codec::{Status, Test};
use subunit_formats::worker::Worker;

/// The slowest tests so far.
#[derive(Debug)]
pub(crate) struct Slowest {
    most: usize,
    /// The quickest of them on top.
    heap: BinaryHeap<Reverse<Slow>>,
    seen: u64,
}

/// A slow test. The order is that of slowness; of equals, the one that came first is the slower
/// one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slow {
    pub(crate) duration: Duration,
    number: Reverse<u64>,
    pub(crate) id: String,
    pub(crate) route_code: Option<String>,
    /// Who ran it, if that is known.
    pub(crate) worker: Option<String>,
    pub(crate) status: Status,
}

impl Slowest {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, heap: BinaryHeap::new(), seen: 0 }
    }

    pub(crate) fn add(&mut self, test: &Test) {
        let Some(duration) = test.duration() else { return };
        let is_full = self.heap.len() >= self.most;
        if is_full && self.heap.peek().is_none_or(|Reverse(quickest)| duration <= quickest.duration) {
            return;
        }
        if is_full {
            self.heap.pop();
        }
        let worker = Worker::of(test);
        self.heap.push(Reverse(Slow {
            duration,
            number: Reverse(self.seen),
            id: test.id.clone(),
            route_code: test.route_code.clone(),
            worker: (!worker.is_unknown()).then(|| worker.to_string()),
            status: test.status,
        }));
        self.seen += 1;
    }

    /// The tests, the slowest one first.
    pub(crate) fn in_order(&self) -> Vec<&Slow> {
        let mut slow: Vec<&Slow> = self.heap.iter().map(|Reverse(slow)| slow).collect();
        slow.sort_by(|a, b| b.cmp(a));
        slow
    }
}
