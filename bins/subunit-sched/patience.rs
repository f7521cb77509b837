//! How long a worker may say nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use subunit_cli::Deadline;

/// Has a worker ended that has something to do and sends no packet for some time, while it is read
/// from. The time in which nobody reads the output of the tool does not count.
#[derive(Debug)]
pub(crate) struct Patience {
    deadline: Deadline,
    time: Option<Duration>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Whether the worker has something to do.
    is_busy: bool,
    left: Duration,
    waits_since: Option<Instant>,
}

impl Patience {
    pub(crate) fn new(deadline: Deadline, time: Option<Duration>) -> Self {
        Self { deadline, time, state: Mutex::default() }
    }

    /// The worker gets something to do, and has all its time for it.
    pub(crate) fn begin(&self) {
        let Some(time) = self.time else { return };
        let mut state = self.lock();
        (state.is_busy, state.left) = (true, time);
        if let Some(since) = &mut state.waits_since {
            *since = Instant::now();
            self.deadline.set(time);
        }
    }

    /// The worker has done all.
    pub(crate) fn rest(&self) {
        if std::mem::replace(&mut self.lock().is_busy, false) {
            self.deadline.clear();
        }
    }

    /// The worker is waited for.
    pub(crate) fn wait(&self) {
        let mut state = self.lock();
        state.waits_since = Some(Instant::now());
        if state.is_busy {
            self.deadline.set(state.left);
        }
    }

    /// Something came: a packet, or only text.
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
