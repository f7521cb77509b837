//! The queue, shared by the threads of the workers.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use subunit_cli::{self as cli, OpenTest, Route, SharedOutput, SourceFailure};
use subunit_codec::Status;

use crate::overhead::Overhead;
use crate::queue::{End, Fate, Queue};

/// The tag of a test whose worker died while it ran, and that runs once more.
const WORKER_DIED: &str = "worker-died";
/// How often waiting threads check for a signal.
const PAUSE: Duration = Duration::from_millis(100);

/// The queue behind a lock, with a condition variable for threads that wait for tests.
pub(crate) struct Pool {
    /// The names of the workers.
    names: Vec<String>,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    queue: Queue,
    overhead: Overhead,
    /// Tests that were in flight when their worker ended, until another worker takes them.
    orphans: HashMap<usize, Orphan>,
    /// The number of Run messages without Done, for servers.
    runs: Vec<usize>,
    /// Whether the command of a worker has ended.
    is_closed: Vec<bool>,
    has_failed: bool,
    /// Whether writing failed, so all workers end.
    is_stopped: bool,
}

/// Tests for a worker: their numbers and ids.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) tests: Vec<usize>,
    pub(crate) ids: Vec<String>,
}

/// A test that is in flight on the route of a worker that has ended.
struct Orphan {
    route: Arc<Route>,
    test: OpenTest,
    /// How the worker ended.
    end: String,
}

impl Pool {
    pub(crate) fn new(queue: Queue, overhead: Overhead, names: Vec<String>) -> Self {
        let state = State {
            queue,
            overhead,
            orphans: HashMap::new(),
            runs: vec![0; names.len()],
            is_closed: vec![false; names.len()],
            has_failed: false,
            is_stopped: false,
        };
        Self { names, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Takes the next batch for a worker. Waits while other workers may still return tests; `None`
    /// if all are done.
    pub(crate) fn take_batch(&self, worker: usize, output: &mut SharedOutput) -> Result<Option<Job>, SourceFailure> {
        let take = |state: &mut State| {
            let overhead = state.overhead.seconds();
            Some(state.queue.take_batch(worker, overhead))
        };
        self.take(worker, output, take)
    }

    /// Takes the next test, or group of tests, for a server. A server may hold one in advance while
    /// there are enough for all workers.
    pub(crate) fn take_one(&self, worker: usize, output: &mut SharedOutput) -> Result<Option<Job>, SourceFailure> {
        self.take(worker, output, |state| {
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
                return Ok(None);
            }
            state = self.changed.wait_timeout(state, PAUSE).unwrap_or_else(PoisonError::into_inner).0;
        };
        let ids = tests.iter().map(|test| state.queue.id(*test).to_owned()).collect();
        let orphans: Vec<Orphan> = tests.iter().filter_map(|test| state.orphans.remove(test)).collect();
        drop(state);
        for Orphan { route, test, end } in orphans {
            let reason = format!("{end} while this test ran; given to {}\n", self.names[worker]);
            output.push(|out| route.end_test(&test, Status::Skip, &[WORKER_DIED], &reason, out))?;
        }
        output.flush()?;
        Ok(Some(Job { tests, ids }))
    }

    /// Updates a test from a packet of a worker. Returns whether the worker had that test to run.
    pub(crate) fn note(&self, worker: usize, id: &str, status: Option<Status>) -> bool {
        let Some(has_ended) = status.filter(|status| *status != Status::Exists).map(Status::is_final) else {
            return false;
        };
        self.lock().queue.note(worker, id, has_ended)
    }

    /// Records the time from the start of a command to its first packet of a test.
    pub(crate) fn measured(&self, overhead: Duration) {
        self.lock().overhead.measured(overhead);
    }

    /// Whether a worker has tests that it has not reported.
    pub(crate) fn has_outstanding(&self, worker: usize) -> bool {
        self.lock().queue.has_outstanding(worker)
    }

    /// Counts a Done from a server.
    pub(crate) fn run_ended(&self, worker: usize) {
        self.lock().runs[worker] -= 1;
        self.changed.notify_all();
    }

    /// The command of a worker has ended: it takes no tests until it is opened again.
    pub(crate) fn close(&self, worker: usize) {
        let mut state = self.lock();
        state.is_closed[worker] = true;
        state.runs[worker] = 0;
        self.changed.notify_all();
    }

    /// The command of a worker has started: it takes tests.
    pub(crate) fn open(&self, worker: usize) {
        self.lock().is_closed[worker] = false;
    }

    /// Takes back tests that a worker has not reported, and writes failures to its route. A server
    /// that goes on passes the `tests` of the run that is done. After an end, `open` are the tests
    /// in flight.
    pub(crate) fn take_back(
        &self,
        worker: usize,
        tests: Option<&[usize]>,
        end: &End,
        open: Vec<OpenTest>,
        route: &Arc<Route>,
        output: &mut SharedOutput,
    ) -> Result<(), SourceFailure> {
        let mut state = self.lock();
        let lost = state.queue.take_back(worker, tests, end);
        let mut failed = Vec::new();
        let mut others = Vec::new();
        for test in open {
            match lost.iter().find(|lost| state.queue.id(lost.test) == test.id) {
                Some(lost) if !matches!(lost.fate, Fate::Failed(_)) => {
                    let orphan = Orphan { route: Arc::clone(route), test, end: end.words.clone() };
                    state.orphans.insert(lost.test, orphan);
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

    /// Whether all tests are done.
    pub(crate) fn is_finished(&self) -> bool {
        self.lock().queue.is_finished()
    }

    /// Whether one of these tests is in progress.
    pub(crate) fn runs_any(&self, tests: &[usize]) -> bool {
        let state = self.lock();
        tests.iter().any(|test| state.queue.is_running(*test))
    }

    /// Writing has failed: no worker gets tests any more.
    pub(crate) fn stop(&self) {
        self.lock().is_stopped = true;
        self.changed.notify_all();
    }

    /// Whether writing has failed.
    pub(crate) fn is_stopped(&self) -> bool {
        self.lock().is_stopped
    }

    /// Records that a command or a test has failed.
    pub(crate) fn failed(&self) {
        self.lock().has_failed = true;
    }

    /// Whether a command or a test has failed.
    pub(crate) fn has_failed(&self) -> bool {
        self.lock().has_failed
    }

    /// Fails the tests that are left after all workers have ended; after a signal, only those that
    /// had begun.
    pub(crate) fn abandon(&self, output: &mut SharedOutput) -> Result<(), SourceFailure> {
        const NO_WORKER: &str = "; no worker is left to run it\n";
        let mut state = self.lock();
        let is_interrupted = cli::is_interrupted();
        let tests = if is_interrupted { Vec::new() } else { state.queue.abandon() };
        let orphans = std::mem::take(&mut state.orphans);
        let others: Vec<String> = tests
            .iter()
            .filter(|test| !orphans.contains_key(test))
            .map(|test| state.queue.id(*test).to_owned())
            .collect();
        state.has_failed |= !tests.is_empty() || !orphans.is_empty();
        drop(state);
        let mut orphans: Vec<(usize, Orphan)> = orphans.into_iter().collect();
        orphans.sort_unstable_by_key(|(test, _)| *test);
        for (_, Orphan { route, test, end }) in orphans {
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
