//! Lanes for tests that overlap.

use std::collections::HashMap;

use subunit_codec::Timestamp;

/// The lanes of workers, each of which holds tests that follow each other.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    workers: HashMap<(String, String), Worker>,
    processes: HashMap<String, u64>,
    threads: u64,
}

#[derive(Debug)]
struct Worker {
    process: u64,
    lanes: Vec<Lane>,
}

#[derive(Debug)]
struct Lane {
    thread: u64,
    /// When its last test stopped; `None` if it never did.
    free_at: Option<Timestamp>,
}

/// Where a test goes, and whether the process and the lane are new. Numbers count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) process: u64,
    pub(crate) is_new_process: bool,
    pub(crate) thread: u64,
    /// The number of the lane among those of its worker, if it is new.
    pub(crate) new_lane: Option<usize>,
}

impl Lanes {
    /// Puts a test in the first lane of its worker that is free when it starts.
    pub(crate) fn place(&mut self, route: &str, worker: &str, start: Timestamp, stop: Option<Timestamp>) -> Place {
        let next_process = self.processes.len() as u64 + 1;
        let process = *self.processes.entry(route.to_owned()).or_insert(next_process);
        let is_new_process = process == next_process;
        let worker = self.workers.entry((route.to_owned(), worker.to_owned()));
        let worker = worker.or_insert_with(|| Worker { process, lanes: Vec::new() });
        let free = worker.lanes.iter().position(|lane| lane.free_at.is_some_and(|at| at <= start));
        if let Some(lane) = free.map(|index| &mut worker.lanes[index]) {
            lane.free_at = stop;
            return Place { process: worker.process, is_new_process, thread: lane.thread, new_lane: None };
        }
        self.threads += 1;
        worker.lanes.push(Lane { thread: self.threads, free_at: stop });
        Place { process: worker.process, is_new_process, thread: self.threads, new_lane: Some(worker.lanes.len()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_that_overlap_have_lanes_of_their_own() {
        let mut lanes = Lanes::default();
        let at = |seconds| Timestamp::new(seconds, 0).unwrap();
        let mut place = |route: &str, start, stop: Option<u32>| {
            let place = lanes.place(route, "worker-0", at(start), stop.map(at));
            (place.process, place.thread, place.new_lane)
        };
        assert_eq!(place("", 1, Some(3)), (1, 1, Some(1)));
        assert_eq!(place("", 3, Some(5)), (1, 1, None), "one begins where the other stops");
        assert_eq!(place("", 4, Some(6)), (1, 2, Some(2)));
        assert_eq!(place("web", 4, Some(6)), (2, 3, Some(1)));
        assert_eq!(place("", 7, None), (1, 1, None));
        assert_eq!(place("", 8, None), (1, 2, None));
        assert_eq!(place("", 9, Some(10)), (1, 4, Some(3)), "the others never stop");
    }
}
