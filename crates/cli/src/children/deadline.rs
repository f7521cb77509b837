//! Deadlines of commands.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The time at which a command is ended with SIGTERM. It may be moved while the command runs, from
/// any thread; [`Children::watch_until`](super::Children::watch_until) enforces it.
///
/// ```
/// use std::time::Duration;
///
/// use subunit_cli::Deadline;
///
/// let deadline = Deadline::default();
/// deadline.set(Duration::from_secs(60));
/// deadline.clear();
/// assert!(!deadline.has_passed());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Deadline(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    at: Option<Instant>,
    is_over: bool,
    has_passed: bool,
}

impl Deadline {
    /// Sets it to a time from now. A time beyond the range of the clock clears it.
    pub fn set(&self, time: Duration) {
        self.change(|state| state.at = Instant::now().checked_add(time));
    }

    /// Removes it.
    pub fn clear(&self) {
        self.change(|state| state.at = None);
    }

    /// Whether it has passed before the command ended.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        self.lock().has_passed
    }

    /// Wakes threads that wait for it: the command has ended.
    pub(super) fn end(&self) {
        self.change(|state| state.is_over = true);
    }

    /// Waits for it. Returns whether it has passed, as opposed to [ended](Self::end).
    pub(super) fn wait(&self) -> bool {
        let mut state = self.lock();
        loop {
            if state.is_over {
                return false;
            }
            let left = state.at.map(|at| at.saturating_duration_since(Instant::now()));
            state = match left {
                Some(Duration::ZERO) => {
                    state.has_passed = true;
                    return true;
                }
                Some(left) => self.0.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.0.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
