//! What all workers share: the queue, and the news of it.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use subunit_cli::{self as cli, OpenTest, Route, SharedOutput, SourceFailure};
use subunit_codec::Status;

use crate::overhead::Overhead;
use crate::queue::{End, Fate, Queue};

/// The tag of a test whose worker died while it ran, and that runs once more.
const WORKER_DIED: &str = "worker-died";
/// Between looks at whether a signal has come, of which nobody tells.
const PAUSE: Duration = Duration::from_millis(100);

/// The queue, for workers in several threads.
pub(crate) struct Pool {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    queue: Queue,
    overhead: Overhead,
    /// Tests that ran when their worker ended, until somebody gets them.
    cut_off: HashMap<usize, CutOff>,
    /// How many runs a worker was asked for that have not ended, if it is a server.
    runs: Vec<usize>,
    /// Whether a worker takes no more tests.
    is_closed: Vec<bool>,
    has_failed: bool,
    /// Whether all ends, since nothing can be written any more.
    is_stopped: bool,
}

/// Tests for a worker: their numbers and ids.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) tests: Vec<usize>,
    pub(crate) ids: Vec<String>,
}

/// A test that is still in flight on the route of a worker that has ended.
struct CutOff {
    route: Arc<Route>,
    test: OpenTest,
    /// How the worker ended.
    end: String,
}

impl Pool {
    pub(crate) fn new(queue: Queue, overhead: Overhead, workers: usize) -> Self {
        let state = State {
            queue,
            overhead,
            cut_off: HashMap::new(),
            runs: vec![0; workers],
            is_closed: vec![false; workers],
            has_failed: false,
            is_stopped: false,
        };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The next batch for a worker, which is called `name`. Waits as long as others may fail to do
    /// theirs; `None` if there is nothing left to do.
    pub(crate) fn take_batch(
        &self,
        worker: usize,
        name: &str,
        output: &mut SharedOutput,
    ) -> Result<Option<Job>, SourceFailure> {
        let take = |state: &mut State| {
            let overhead = state.overhead.seconds();
            Some(state.queue.take_batch(worker, overhead))
        };
        self.take(worker, name, output, take)
    }

    /// The next test, or group of tests, for a server: one that runs, and another one in advance as
    /// long as there are enough for all.
    pub(crate) fn take_one(
        &self,
        worker: usize,
        name: &str,
        output: &mut SharedOutput,
    ) -> Result<Option<Job>, SourceFailure> {
        self.take(worker, name, output, |state| {
            let may_take = match state.runs[worker] {
                0 => true,
                1 => state.queue.units_waiting() >= state.runs.len(),
                _ => false,
            };
            may_take.then(|| {
                state.runs[worker] += 1;
                state.queue.take_one(worker)
            })
        })
    }

    fn take(
        &self,
        worker: usize,
        name: &str,
        output: &mut SharedOutput,
        mut take: impl FnMut(&mut State) -> Option<Vec<usize>>,
    ) -> Result<Option<Job>, SourceFailure> {
        let mut state = self.lock();
        let tests = loop {
            if state.is_closed[worker] || state.is_stopped || cli::is_interrupted() {
                return Ok(None);
            }
            if state.queue.has_waiting() {
                if let Some(tests) = take(&mut state) {
                    break tests;
                }
            } else if state.queue.is_finished() && state.runs[worker] == 0 {
                // A server has yet to say that it is done.
                return Ok(None);
            }
            state = self.changed.wait_timeout(state, PAUSE).unwrap_or_else(PoisonError::into_inner).0;
        };
        let ids = tests.iter().map(|test| state.queue.id(*test).to_owned()).collect();
        let cut_off: Vec<CutOff> = tests.iter().filter_map(|test| state.cut_off.remove(test)).collect();
        drop(state);
        for CutOff { route, test, end } in cut_off {
            let reason = format!("{end} while this test ran; given to {name}\n");
            output.push(|out| route.end_test(&test, Status::Skip, &[WORKER_DIED], &reason, out))?;
        }
        output.flush()?;
        Ok(Some(Job { tests, ids }))
    }

    /// Learns what a packet of a worker says of a test. Says whether the worker has that test to
    /// run.
    pub(crate) fn note(&self, worker: usize, id: &str, status: Option<Status>) -> bool {
        let Some(has_ended) = status.filter(|status| *status != Status::Exists).map(Status::is_final) else {
            return false;
        };
        self.lock().queue.note(worker, id, has_ended)
    }

    /// Learns how long it took from the start of a command to its first packet of a test.
    pub(crate) fn measured(&self, overhead: Duration) {
        self.lock().overhead.measured(overhead);
    }

    /// Whether a worker has tests that it has not reported.
    pub(crate) fn has_given(&self, worker: usize) -> bool {
        self.lock().queue.has_given(worker)
    }

    /// A server has done a run.
    pub(crate) fn run_ended(&self, worker: usize) {
        self.lock().runs[worker] -= 1;
        self.changed.notify_all();
    }

    /// A worker takes no more tests for now, as its command has ended.
    pub(crate) fn close(&self, worker: usize) {
        let mut state = self.lock();
        state.is_closed[worker] = true;
        state.runs[worker] = 0;
        self.changed.notify_all();
    }

    /// A worker takes tests again.
    pub(crate) fn open(&self, worker: usize) {
        self.lock().is_closed[worker] = false;
    }

    /// Takes back what a worker has not reported, and says on its route what becomes of it. `tests`
    /// are those that it should have reported, if it goes on; `open` those in flight if it does
    /// not.
    pub(crate) fn lose(
        &self,
        worker: usize,
        tests: Option<&[usize]>,
        end: &End,
        open: Vec<OpenTest>,
        route: &Arc<Route>,
        output: &mut SharedOutput,
    ) -> Result<(), SourceFailure> {
        let mut state = self.lock();
        let lost = state.queue.lose(worker, tests, end);
        let mut failed = Vec::new();
        let mut others = Vec::new();
        for test in open {
            match lost.iter().find(|lost| state.queue.id(lost.test) == test.id) {
                Some(lost) if !matches!(lost.fate, Fate::Failed(_)) => {
                    let cut_off = CutOff { route: Arc::clone(route), test, end: end.words.clone() };
                    state.cut_off.insert(lost.test, cut_off);
                }
                Some(_) => failed.push(test),
                None => others.push(test),
            }
        }
        let reasons = lost.into_iter().filter_map(|lost| match lost.fate {
            Fate::Failed(reason) => Some((state.queue.id(lost.test).to_owned(), reason)),
            _ => None,
        });
        let reasons: Vec<(String, String)> = reasons.collect();
        state.has_failed |= !reasons.is_empty() || !others.is_empty();
        drop(state);
        self.changed.notify_all();
        output.push(|out| {
            for (id, reason) in reasons {
                match failed.iter().find(|test| test.id == id) {
                    Some(test) => route.end_test(test, Status::Fail, &[], &reason, out),
                    None => route.fail_own_test(&id, &reason, out),
                }
            }
            let reason = format!("{}\n", end.words);
            for test in &others {
                route.end_test(test, Status::Fail, &[], &reason, out);
            }
        })?;
        output.flush()
    }

    /// Whether nothing is left to do.
    pub(crate) fn is_finished(&self) -> bool {
        self.lock().queue.is_finished()
    }

    /// Whether one of these tests runs, as its worker has said.
    pub(crate) fn runs_any(&self, tests: &[usize]) -> bool {
        let state = self.lock();
        tests.iter().any(|test| state.queue.is_running(*test))
    }

    /// All ends: nobody takes tests any more.
    pub(crate) fn stop(&self) {
        self.lock().is_stopped = true;
        self.changed.notify_all();
    }

    /// Whether all ends.
    pub(crate) fn is_stopped(&self) -> bool {
        self.lock().is_stopped
    }

    /// A worker has shown a failure.
    pub(crate) fn failed(&self) {
        self.lock().has_failed = true;
    }

    /// Whether a test failed, or the command of a worker.
    pub(crate) fn has_failed(&self) -> bool {
        self.lock().has_failed
    }

    /// Fails the tests that nobody is there to run; after a signal, only those that had begun.
    pub(crate) fn abandon(&self, output: &mut SharedOutput) -> Result<(), SourceFailure> {
        const NO_WORKER: &str = "; no worker is left to run it\n";
        let mut state = self.lock();
        let is_interrupted = cli::is_interrupted();
        let tests = if is_interrupted { Vec::new() } else { state.queue.abandon() };
        let cut_off = std::mem::take(&mut state.cut_off);
        let others: Vec<String> = tests
            .iter()
            .filter(|test| !cut_off.contains_key(test))
            .map(|test| state.queue.id(*test).to_owned())
            .collect();
        state.has_failed |= !tests.is_empty() || !cut_off.is_empty();
        drop(state);
        let mut cut_off: Vec<(usize, CutOff)> = cut_off.into_iter().collect();
        cut_off.sort_unstable_by_key(|(test, _)| *test);
        for (_, CutOff { route, test, end }) in cut_off {
            let rest = if is_interrupted { "\n" } else { NO_WORKER };
            let reason = format!("{end} while this test ran{rest}");
            output.push(|out| route.end_test(&test, Status::Fail, &[], &reason, out))?;
        }
        for id in others {
            output.push(|out| crate::events::fail(&id, "no worker is left to run this test\n", out))?;
        }
        output.flush()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
