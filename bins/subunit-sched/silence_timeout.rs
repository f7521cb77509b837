//! The time limit of `--timeout`.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use subunit_cli::Deadline;

/// Ends a worker that is busy and sends no packet for some time. Only time spent reading counts: if
/// the reader of the output stalls, the clock stops.
#[derive(Debug)]
pub(crate) struct SilenceTimeout {
    deadline: Deadline,
    time: Option<Duration>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Whether the worker has tests to run.
    is_busy: bool,
    left: Duration,
    waits_since: Option<Instant>,
}

impl SilenceTimeout {
    pub(crate) fn new(deadline: Deadline, time: Option<Duration>) -> Self {
        Self { deadline, time, state: Mutex::default() }
    }

    /// Restarts the clock: the worker got tests.
    pub(crate) fn begin(&self) {
        let Some(time) = self.time else { return };
        let mut state = self.lock();
        (state.is_busy, state.left) = (true, time);
        if let Some(since) = &mut state.waits_since {
            *since = Instant::now();
            self.deadline.set(time);
        }
    }

    /// Stops the clock: the worker has no tests left.
    pub(crate) fn rest(&self) {
        if std::mem::replace(&mut self.lock().is_busy, false) {
            self.deadline.clear();
        }
    }

    /// Starts the clock before a read.
    pub(crate) fn wait(&self) {
        let mut state = self.lock();
        state.waits_since = Some(Instant::now());
        if state.is_busy {
            self.deadline.set(state.left);
        }
    }

    /// Stops the clock after a read. Only packets reset it.
    pub(crate) fn came(&self, is_packet: bool) {
        let mut state = self.lock();
        let waited = state.waits_since.take().map(|since| since.elapsed()).unwrap_or_default();
        if let Some(time) = self.time.filter(|_| state.is_busy) {
            self.deadline.clear();
            state.left = if is_packet { time } else { state.left.saturating_sub(waited) };
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
