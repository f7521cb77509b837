//! The slowest tests of a run, no more of them than asked for.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use subunit_codec::{Status, Test};

use crate::worker::Worker;

/// The slowest tests so far. Memory is that of as many tests as were asked for.
///
/// ```
/// use std::time::Duration;
/// use subunit_codec::Status;
/// use subunit_formats::slowest::{SlowTest, Slowest};
///
/// let mut slowest = Slowest::new(1);
/// for (id, seconds) in [("a", 2), ("b", 3), ("c", 3)] {
///     let (id, status) = (id.to_owned(), Status::Success);
///     let test = || SlowTest { id, route_code: None, worker: None, status };
///     slowest.add(Some(Duration::from_secs(seconds)), test);
/// }
/// let ids: Vec<&str> = slowest.in_order().map(|(_, test)| &*test.id).collect();
/// assert_eq!(ids, ["b"]);
/// ```
#[derive(Debug)]
pub struct Slowest {
    most: usize,
    /// The quickest of them on top.
    heap: BinaryHeap<Reverse<Ranked>>,
    seen: u64,
}

/// A test that is among the slowest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlowTest {
    /// The test id.
    pub id: String,
    /// Where it ran.
    pub route_code: Option<String>,
    /// Who ran it, if that is known.
    pub worker: Option<String>,
    /// What became of it.
    pub status: Status,
}

/// The order is that of slowness; of equals, the one that came first is the slower one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ranked {
    duration: Duration,
    number: Reverse<u64>,
    test: SlowTest,
}

impl Slowest {
    /// Keeps `most` tests.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, heap: BinaryHeap::new(), seen: 0 }
    }

    /// Adds a test, which is only made if it is slow enough. One without a duration never is.
    #[inline]
    pub fn add(&mut self, duration: Option<Duration>, test: impl FnOnce() -> SlowTest) {
        let Some(duration) = duration else { return };
        let is_full = self.heap.len() >= self.most;
        if is_full && self.heap.peek().is_none_or(|Reverse(quickest)| duration <= quickest.duration) {
            return;
        }
        if is_full {
            self.heap.pop();
        }
        self.heap.push(Reverse(Ranked { duration, number: Reverse(self.seen), test: test() }));
        self.seen += 1;
    }

    /// The tests with their durations, the slowest one first.
    pub fn in_order(&self) -> impl Iterator<Item = (Duration, &SlowTest)> {
        let mut ranked: Vec<&Ranked> = self.heap.iter().map(|Reverse(ranked)| ranked).collect();
        ranked.sort_by(|a, b| b.cmp(a));
        ranked.into_iter().map(|ranked| (ranked.duration, &ranked.test))
    }
}

impl From<&Test> for SlowTest {
    fn from(test: &Test) -> Self {
        let worker = Worker::of(test);
        Self {
            id: test.id.clone(),
            route_code: test.route_code.clone(),
            worker: (!worker.is_unknown()).then(|| worker.to_string()),
            status: test.status,
        }
    }
}
