//! When a command gets too late.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A time at which a command is ended, which may be moved while it runs.
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
    /// Sets it to a time from now; none if that is too far to be told.
    pub fn set(&self, time: Duration) {
        self.change(|state| state.at = Instant::now().checked_add(time));
    }

    /// Takes it back.
    pub fn clear(&self) {
        self.change(|state| state.at = None);
    }

    /// Whether it has passed while the command ran.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        self.lock().has_passed
    }

    /// Has those who wait for it wait no more.
    pub(super) fn end(&self) {
        self.change(|state| state.is_over = true);
    }

    /// Waits for it, and says whether it has passed; not if it [ended](Self::end).
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
