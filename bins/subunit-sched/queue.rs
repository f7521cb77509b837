//! The queue of tests: which worker gets which tests next, and what happens to tests of a worker
//! that dies. It does no I/O and has no clock.

use std::collections::{HashMap, VecDeque};
use std::mem;

use crate::plan::{Plan, Unit};

/// The tests that wait, and those that were given to workers.
#[derive(Debug)]
pub(crate) struct Queue {
    tests: Vec<Test>,
    by_id: HashMap<String, usize>,
    waiting: VecDeque<Unit>,
    /// Seconds of the tests that wait.
    seconds_waiting: f64,
    /// The tests given to each worker, in order. Reported ones are removed from time to time, so
    /// that a report takes constant time.
    given: Vec<Vec<usize>>,
    /// The number of tests that each worker has not reported.
    outstanding: Vec<usize>,
    /// Whether a worker has had a batch.
    has_begun: Vec<bool>,
    /// Seconds of all tests.
    total: f64,
}

#[derive(Debug)]
struct Test {
    id: String,
    seconds: f64,
    /// Tests of the same group run together.
    group: usize,
    stage: Stage,
    /// How workers ended while it ran.
    ends: Vec<String>,
    /// Whether a worker has ended normally without a result of it.
    was_left_out: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Waiting,
    /// Given to this worker.
    Given(usize),
    /// In progress on this worker.
    Running(usize),
    Done,
}

/// How a worker ended.
#[derive(Clone, Debug)]
pub(crate) struct End {
    /// In words, after the name of the worker: `died (signal 9 (SIGKILL))`.
    pub(crate) words: String,
    /// Whether it died. A runner whose tests fail ends normally.
    pub(crate) is_death: bool,
}

/// A test that was taken back from a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lost {
    pub(crate) test: usize,
    pub(crate) fate: Fate,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It had not begun, and waits again.
    Waits,
    /// It was in progress, and runs once more, alone in its batch.
    RunsAgain,
    /// It has failed, for this reason.
    Failed(String),
}

impl Queue {
    pub(crate) fn new(plan: Plan, workers: usize) -> Self {
        let seconds: f64 = plan.units.iter().map(|unit| unit.seconds).sum();
        let mut tests: Vec<Test> =
            plan.ids.iter().zip(&plan.seconds).map(|(id, seconds)| Test::new(id, *seconds)).collect();
        for (group, unit) in plan.units.iter().enumerate() {
            unit.tests.iter().for_each(|test| tests[*test].group = group);
        }
        Self {
            by_id: plan.ids.into_iter().zip(0..).collect(),
            tests,
            waiting: plan.units.into(),
            seconds_waiting: seconds,
            given: vec![Vec::new(); workers],
            outstanding: vec![0; workers],
            has_begun: vec![false; workers],
            total: seconds,
        }
    }

    /// Whether tests wait.
    pub(crate) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The number of tests, or groups of tests, that wait.
    pub(crate) fn units_waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Whether all tests are done.
    pub(crate) fn is_finished(&self) -> bool {
        self.waiting.is_empty() && self.outstanding.iter().all(|count| *count == 0)
    }

    pub(crate) fn id(&self, test: usize) -> &str {
        &self.tests[test].id
    }

    /// Takes a batch for a worker whose command costs `overhead` seconds to start. Batches get
    /// smaller towards the end, so that all workers end at about the same time.
    pub(crate) fn take_batch(&mut self, worker: usize, overhead: f64) -> Vec<usize> {
        #[expect(clippy::cast_precision_loss, reason = "there are few workers")]
        let workers = self.given.len() as f64;
        let share = (self.seconds_waiting / (1.25 * workers)).max(2.0 * overhead);
        let wanted =
            if mem::replace(&mut self.has_begun[worker], true) { share } else { share.min(self.total / workers) };
        let mut batch = Unit::default();
        while let Some(next) = self.waiting.front() {
            let is_more = match (batch.tests.is_empty(), next.share) {
                (true, _) => true,
                _ if batch.is_alone || next.is_alone => false,
                (false, Some(share)) => batch.share == Some(share),
                (false, None) => batch.share.is_none() && batch.seconds + next.seconds <= wanted,
            };
            if !is_more {
                break;
            }
            let Some(unit) = self.waiting.pop_front() else { break };
            batch.add(unit);
        }
        self.give(worker, batch)
    }

    /// Takes the next test, or group of tests, for a worker.
    pub(crate) fn take_one(&mut self, worker: usize) -> Vec<usize> {
        let unit = self.waiting.pop_front().unwrap_or_default();
        self.give(worker, unit)
    }

    fn give(&mut self, worker: usize, unit: Unit) -> Vec<usize> {
        self.seconds_waiting = if self.waiting.is_empty() { 0.0 } else { self.seconds_waiting - unit.seconds };
        let Self { tests, given, outstanding, .. } = self;
        let (given, outstanding) = (&mut given[worker], &mut outstanding[worker]);
        if given.len() > 2 * *outstanding {
            given.retain(|test| tests[*test].is_with(worker));
        }
        for test in &unit.tests {
            tests[*test].stage = Stage::Given(worker);
        }
        given.extend(&unit.tests);
        *outstanding += unit.tests.len();
        unit.tests
    }

    /// Marks a test as in progress or done. Returns whether the worker had that test.
    pub(crate) fn note(&mut self, worker: usize, id: &str, has_ended: bool) -> bool {
        let Some(&number) = self.by_id.get(id) else { return false };
        let test = &mut self.tests[number];
        if !test.is_with(worker) {
            return false;
        }
        if has_ended {
            test.stage = Stage::Done;
            self.outstanding[worker] -= 1;
        } else {
            test.stage = Stage::Running(worker);
        }
        true
    }

    /// Whether a test is in progress.
    pub(crate) fn is_running(&self, test: usize) -> bool {
        matches!(self.tests[test].stage, Stage::Running(_))
    }

    /// Whether a worker has tests that it has not reported.
    pub(crate) fn has_outstanding(&self, worker: usize) -> bool {
        self.outstanding[worker] > 0
    }

    /// Takes back unreported tests from a worker that has ended; only these `tests` from a server
    /// that goes on.
    pub(crate) fn take_back(&mut self, worker: usize, tests: Option<&[usize]>, end: &End) -> Vec<Lost> {
        let candidates = tests.map_or_else(|| mem::take(&mut self.given[worker]), <[usize]>::to_vec);
        let (mut again, mut waits, mut all) = (Vec::new(), Vec::new(), Vec::new());
        for number in candidates {
            let test = &mut self.tests[number];
            if !test.is_with(worker) {
                continue;
            }
            self.outstanding[worker] -= 1;
            let fate = test.take_back(end);
            match fate {
                Fate::Waits if test.ends.is_empty() => waits.push(number),
                Fate::Waits | Fate::RunsAgain => again.push(number),
                Fate::Failed(_) => {}
            }
            all.push(Lost { test: number, fate });
        }
        // Groups stay together, except for tests that were in progress when a worker ended.
        let groups = waits.chunk_by(|one, other| self.tests[*one].group == self.tests[*other].group);
        let alone = again.chunks(1).map(|test| (test, true));
        let units = alone.chain(groups.map(|group| (group, false))).map(|(tests, is_alone)| {
            let seconds = tests.iter().map(|test| self.tests[*test].seconds).sum();
            Unit { tests: tests.to_vec(), seconds, is_alone, share: None }
        });
        let units: Vec<Unit> = units.collect();
        for unit in units.into_iter().rev() {
            self.seconds_waiting += unit.seconds;
            self.waiting.push_front(unit);
        }
        all
    }

    /// Removes all tests that wait: no worker is left.
    pub(crate) fn abandon(&mut self) -> Vec<usize> {
        let tests: Vec<usize> = self.waiting.drain(..).flat_map(|unit| unit.tests).collect();
        for test in &tests {
            self.tests[*test].stage = Stage::Done;
        }
        tests
    }
}

impl Test {
    fn new(id: &str, seconds: f64) -> Self {
        let (ends, stage) = (Vec::new(), Stage::Waiting);
        Self { id: id.to_owned(), seconds, group: 0, stage, ends, was_left_out: false }
    }

    /// Whether it was given to a worker that has not reported it.
    fn is_with(&self, worker: usize) -> bool {
        [Stage::Given(worker), Stage::Running(worker)].contains(&self.stage)
    }

    /// Decides what happens to it after its worker has ended.
    fn take_back(&mut self, end: &End) -> Fate {
        let fate = match (self.stage, self.ends.first()) {
            (Stage::Running(_), Some(first)) => {
                Fate::Failed(format!("{first} while this test ran, and {} while it ran once more\n", end.words))
            }
            (Stage::Running(_), None) => {
                self.ends.push(end.words.clone());
                Fate::RunsAgain
            }
            _ if end.is_death => Fate::Waits,
            _ if self.was_left_out => {
                Fate::Failed(format!("no result: {} twice without one of this test\n", end.words))
            }
            _ => {
                self.was_left_out = true;
                Fate::Waits
            }
        };
        self.stage = if matches!(fate, Fate::Failed(_)) { Stage::Done } else { Stage::Waiting };
        fate
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use regex::Regex;
    use subunit_cli::Estimate;
    use testkit::random::Random;

    use super::*;

    fn plan(count: usize, group: Option<&str>) -> Plan {
        let ids = (0..count).map(|number| format!("m.C{}.test_{number}", number % 7)).collect();
        Plan::new(ids, None, &[], group.map(|group| Regex::new(group).unwrap()).as_ref())
    }

    fn queue(count: usize, workers: usize) -> Queue {
        Queue::new(plan(count, None), workers)
    }

    fn died(worker: usize) -> End {
        End { words: format!("worker {worker} died"), is_death: true }
    }

    fn ended(worker: usize) -> End {
        End { words: format!("worker {worker} ended"), is_death: false }
    }

    /// Workers take, report, die and end at random.
    #[test]
    fn each_test_ends_once_whatever_workers_do() {
        for seed in 0..400 {
            let mut random = Random::new(seed);
            let (count, workers) = (random.below(40), 1 + random.below(5));
            let group = [None, Some("C[0-9]")][random.below(2)];
            let mut queue = Queue::new(plan(count, group), workers);
            let mut ends = BTreeMap::new();
            let mut end = |test: usize| *ends.entry(test).or_insert(0) += 1;
            while !queue.is_finished() {
                let worker = random.below(workers);
                let takes_one = random.below(2) == 0;
                let batch = if takes_one { queue.take_one(worker) } else { queue.take_batch(worker, 0.5) };
                for test in batch {
                    let id = queue.id(test).to_owned();
                    match random.below(8) {
                        0 => break,
                        1 => assert!(queue.note(worker, &id, false), "it has begun"),
                        2 => {}
                        _ => {
                            queue.note(worker, &id, false);
                            assert!(queue.note(worker, &id, true), "it has ended");
                            assert!(!queue.note(worker, &id, true), "it is reported once");
                            end(test);
                        }
                    }
                }
                let how = if random.below(2) == 0 { died(worker) } else { ended(worker) };
                for lost in queue.take_back(worker, None, &how) {
                    if let Fate::Failed(_) = lost.fate {
                        end(lost.test);
                    }
                }
                assert!(!queue.has_outstanding(worker), "nothing is left with a worker that has ended");
            }
            assert_eq!(ends.len(), count, "seed {seed}");
            assert!(ends.values().all(|times| *times == 1), "seed {seed}: {ends:?}");
        }
    }

    #[test]
    fn what_had_not_begun_comes_first_again_and_what_ran_alone() {
        let mut queue = queue(8, 1);
        assert_eq!(queue.take_batch(0, 100.0), [0, 1, 2, 3, 4, 5, 6, 7]);
        queue.note(0, "m.C0.test_0", true);
        queue.note(0, "m.C2.test_2", false);
        let lost = queue.take_back(0, None, &died(0));
        let fates: Vec<&Fate> = lost.iter().map(|lost| &lost.fate).collect();
        assert_eq!((lost.len(), fates[0], fates[1]), (7, &Fate::Waits, &Fate::RunsAgain));
        assert_eq!(queue.take_batch(0, 100.0), [2], "nothing else is in its batch");
        assert_eq!(queue.take_one(0), [1]);
        assert_eq!(queue.abandon(), [3, 4, 5, 6, 7]);
    }

    #[test]
    fn a_test_that_cuts_off_two_workers_has_failed() {
        let mut queue = queue(1, 2);
        for worker in 0..2 {
            queue.take_one(worker);
            queue.note(worker, "m.C0.test_0", false);
            let lost = queue.take_back(worker, None, &died(worker));
            let reason = "worker 0 died while this test ran, and worker 1 died while it ran once more\n".to_owned();
            assert_eq!(lost[0].fate, [Fate::RunsAgain, Fate::Failed(reason)][worker]);
        }
        assert!(queue.is_finished());
    }

    #[test]
    fn a_test_that_cut_off_a_worker_stays_alone_if_the_next_one_dies_before_it() {
        let mut queue = queue(3, 1);
        assert_eq!(queue.take_batch(0, 100.0), [0, 1, 2]);
        queue.note(0, "m.C0.test_0", false);
        queue.take_back(0, None, &died(0));
        for _ in 0..2 {
            assert_eq!(queue.take_batch(0, 100.0), [0], "nothing else is in its batch");
            assert_eq!(queue.take_back(0, None, &died(0))[0].fate, Fate::Waits);
        }
    }

    #[test]
    fn a_test_that_is_left_out_waits_once() {
        let mut queue = queue(1, 1);
        for fate in [Fate::Waits, Fate::Failed("no result: worker 0 ended twice without one of this test\n".to_owned())]
        {
            queue.take_one(0);
            assert_eq!(queue.take_back(0, Some(&[0]), &ended(0))[0].fate, fate);
        }
        assert!(queue.is_finished());
    }

    #[test]
    fn batches_get_smaller_and_the_first_is_no_more_than_a_share() {
        let mut queue = queue(1000, 4);
        let mut sizes = Vec::new();
        while queue.has_waiting() {
            sizes.push(queue.take_batch(sizes.len() % 4, 5.0).len());
        }
        assert_eq!(sizes[..4], [200, 160, 128, 102]);
        assert!(sizes[4..].is_sorted_by(|one, other| one >= other), "{sizes:?}");
        assert_eq!(sizes.iter().sum::<usize>(), 1000);
        assert_eq!(sizes.iter().filter(|size| **size < 10).count(), 1, "{sizes:?}");
        let mut queue = super::tests::queue(1000, 1);
        assert_eq!(queue.take_batch(0, 5.0).len(), 800);
    }

    #[test]
    fn shares_are_batches() {
        let estimate = |seconds| Estimate { duration: Duration::from_secs(seconds), is_recorded: true };
        let ids = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        let mut plan = Plan::new(ids, Some(&[1, 2, 3, 4].map(estimate)), &[], None);
        plan.share_out(2, None);
        let mut queue = Queue::new(plan, 2);
        assert_eq!([queue.take_batch(1, 0.5), queue.take_batch(0, 0.5)], [vec![3, 0], vec![2, 1]]);
    }
}
