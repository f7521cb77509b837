//! Names tests that say nothing.

use std::time::{Duration, Instant};

use subunit_cli::{TextOutput, Trouble, escape};
use subunit_codec::{Flight, Tracker};

use crate::record::{Arrival, Record};

/// Names the running tests that were silent for a time, and for 2, 4, 8 times as long.
#[derive(Debug)]
pub(crate) struct Idle {
    time: Duration,
    /// No test has been silent for long enough before this.
    next: Option<Instant>,
}

/// A test to be named, as it was.
struct Silent<'a> {
    flight: &'a Flight<Record>,
    times: u32,
    arrival: Arrival,
}

impl Idle {
    /// So many tests are named at once, those that have run for longest.
    const MOST_NAMED: usize = 10;
    /// Tests are looked at no more often than this.
    const TICK: Duration = Duration::from_millis(100);

    pub(crate) fn new(time: Duration) -> Self {
        Self { time, next: None }
    }

    /// Takes note that a test begins or goes on.
    pub(crate) fn packet(&mut self, now: Instant) {
        self.next = self.next.into_iter().chain(now.checked_add(self.time)).min();
    }

    /// How long to wait until a test may be silent for long enough.
    pub(crate) fn patience(&self) -> Option<Duration> {
        Some(self.next?.saturating_duration_since(Instant::now()))
    }

    /// Names the tests that have been silent for long enough.
    pub(crate) fn tell(&mut self, tests: &mut Tracker<Record>, output: &mut TextOutput) -> Result<(), Trouble> {
        let now = Instant::now();
        if self.next.is_none_or(|next| now < next) {
            return Ok(());
        }
        let mut silent = Vec::new();
        let mut next: Option<Duration> = None;
        for flight in tests.in_flight() {
            let Some(arrival) = flight.value.arrival.filter(|_| flight.has_status()) else { continue };
            let silence = now.saturating_duration_since(arrival.last);
            let before = flight.value.times_told;
            while silence >= self.threshold(flight.value.times_told) {
                flight.value.times_told += 1;
            }
            let left = self.threshold(flight.value.times_told).saturating_sub(silence);
            next = Some(next.map_or(left, |next| next.min(left)));
            if flight.value.times_told > before {
                silent.push(Silent { times: flight.value.times_told - 1, flight, arrival });
            }
        }
        self.next = next.and_then(|left| now.checked_add(left.max(Self::TICK)));
        silent
            .sort_by(|one, other| (one.arrival.first, one.flight.id()).cmp(&(other.arrival.first, other.flight.id())));
        for Silent { flight, times, arrival } in silent.iter().take(Self::MOST_NAMED) {
            let worker = flight.value.worker(flight.route_code()).to_string();
            let (silence, running) = (seconds(self.threshold(*times)), seconds(now - arrival.first));
            let (worker, id) = (escape(&worker), escape(flight.id()));
            output.lines(&format!("idle {silence} s: {worker} {id} (running {running} s)\n"))?;
        }
        match silent.len().checked_sub(Self::MOST_NAMED) {
            Some(more @ 1..) => output.lines(&format!("idle: and {more} more\n")),
            _ => Ok(()),
        }
    }

    /// How long a test may be silent until it is named for the next time.
    fn threshold(&self, times_told: u32) -> Duration {
        self.time.saturating_mul(1_u32.checked_shl(times_told).unwrap_or(u32::MAX))
    }
}

/// Whole seconds, or tenths if there are few.
fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if time < Duration::from_secs(10) && time.subsec_millis() > 0 {
        format!("{seconds:.1}")
    } else {
        format!("{}", time.as_secs())
    }
}
