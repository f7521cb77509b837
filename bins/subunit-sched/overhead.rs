//! The cost of starting a command.

use std::time::Duration;

/// The time from the start of a command to its first test.
#[derive(Debug)]
pub(crate) struct Overhead {
    /// Used until the first measurement.
    assumed: Duration,
    measured: Vec<Duration>,
}

impl Overhead {
    /// Later starts are not measured.
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
