//! How long a worker may say nothing.

use std::cell::Cell;
use std::time::{Duration, Instant};

use subunit_cli::Deadline;

/// Has a worker ended that sends no packet for some time, while it is read from. The time in which
/// nobody reads the output of the tool does not count.
#[derive(Debug)]
pub(crate) struct Patience {
    deadline: Deadline,
    time: Option<Duration>,
    left: Cell<Duration>,
    waits_since: Cell<Option<Instant>>,
}

impl Patience {
    pub(crate) fn new(deadline: Deadline, time: Option<Duration>) -> Self {
        Self { deadline, time, left: Cell::new(time.unwrap_or_default()), waits_since: Cell::new(None) }
    }

    /// The worker is waited for, and has something to do.
    pub(crate) fn wait(&self) {
        if self.time.is_some() {
            self.waits_since.set(Some(Instant::now()));
            self.deadline.set(self.left.get());
        }
    }

    /// Something came: a packet, or only text.
    pub(crate) fn came(&self, is_packet: bool) {
        let Some(time) = self.time else { return };
        let Some(since) = self.waits_since.take() else { return };
        self.deadline.clear();
        self.left.set(if is_packet { time } else { self.left.get().saturating_sub(since.elapsed()) });
    }
}
