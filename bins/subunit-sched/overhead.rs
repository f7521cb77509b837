//! What it costs to start a command.

use std::time::Duration;

/// How long commands take from their start to the first test.
#[derive(Debug)]
pub(crate) struct Overhead {
    /// Until it is measured.
    assumed: Duration,
    measured: Vec<Duration>,
}

impl Overhead {
    /// As many starts are taken into account.
    const MOST: usize = 101;

    pub(crate) fn new(assumed: Duration) -> Self {
        Self { assumed, measured: Vec::new() }
    }

    pub(crate) fn measured(&mut self, time: Duration) {
        if self.measured.len() < Self::MOST {
            let place = self.measured.partition_point(|other| *other < time);
            self.measured.insert(place, time);
        }
    }

    /// The median, in seconds.
    pub(crate) fn seconds(&self) -> f64 {
        self.measured.get(self.measured.len() / 2).unwrap_or(&self.assumed).as_secs_f64()
    }
}
