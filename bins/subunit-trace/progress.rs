//! How far a run is.

use std::time::{Duration, Instant};

use subunit_cli::StatusLine;
use subunit_codec::{Flight, Status, Tracker};

use crate::record::{Arrival, Record};

/// How far a run is, for the status line.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    listed: u64,
    done: u64,
    failed: u64,
    began: Option<Instant>,
    /// How long the tests that were listed took in an earlier run, and those of them that are over.
    expected: Work,
    expected_done: Work,
}

/// Tests of which an earlier run tells how long they take.
#[derive(Clone, Copy, Debug, Default)]
struct Work {
    tests: u64,
    time: Duration,
}

impl Work {
    fn add(&mut self, duration: Option<Duration>) {
        if let Some(duration) = duration {
            self.tests += 1;
            self.time = self.time.saturating_add(duration);
        }
    }
}

impl Progress {
    /// Rates and times are not told before so much of the run is over.
    const FIRST: Duration = Duration::from_millis(500);

    /// Takes note of the time of a packet about a test that runs.
    pub(crate) fn started(&mut self, now: Instant) {
        self.began.get_or_insert(now);
    }

    /// Takes note of a test that exists, and took so long before.
    pub(crate) fn listed(&mut self, before: Option<Duration>) {
        self.listed += 1;
        self.expected.add(before);
    }

    /// Takes note of a test that is over, and took so long before.
    pub(crate) fn done(&mut self, status: Status, before: Option<Duration>) {
        self.done += 1;
        self.failed += u64::from(status.is_failure());
        self.expected_done.add(before);
    }

    /// Makes the status line: the most important things first, since the rest may not fit.
    pub(crate) fn show(&self, tests: &mut Tracker<Record>, line: &mut StatusLine) {
        let now = Instant::now();
        let (mut running, mut longest) = (0_u64, None);
        for flight in tests.in_flight() {
            if let Some(arrival) = flight.value.arrival.filter(|_| flight.value.status.is_some()) {
                running += 1;
                let is_longest = |(_, other): (&Flight<Record>, Arrival)| arrival.first < other.first;
                if longest.is_none_or(is_longest) {
                    longest = Some((&*flight, arrival));
                }
            }
        }
        if self.began.is_none() && self.listed == 0 && running == 0 {
            return;
        }
        let counter = match self.total() {
            Some(total) => format!("[{:>1$}/{total}]", self.done, total.to_string().len()),
            None => format!("[{}]", self.done),
        };
        let failed = format!("{} failed", self.failed);
        let is_counted = line.add(&counter) && line.add(" ");
        let _ = is_counted && if self.failed > 0 { line.add_red(&failed) } else { line.add(&failed) };
        let elapsed = self.began.map(|began| now.saturating_duration_since(began));
        let elapsed = elapsed.filter(|elapsed| *elapsed >= Self::FIRST).map(|elapsed| elapsed.as_secs_f64());
        let rate = elapsed.map(|elapsed| float(self.done) / elapsed);
        let facts = [
            Some(format!(", {running} running")),
            rate.map(|rate| if rate < 10.0 { format!(", {rate:.1}/s") } else { format!(", {rate:.0}/s") }),
            elapsed.and_then(|elapsed| self.left(elapsed)).map(|left| format!(", {} left", roughly(left))),
        ];
        if !facts.iter().flatten().all(|fact| line.add(fact)) {
            return;
        }
        if let Some((flight, arrival)) = longest {
            let time = roughly((now - arrival.first).as_secs_f64());
            let worker = flight.value.worker(flight.route_code());
            line.add_cut(&format!(" | {time} {worker} {}", flight.id()));
        }
    }

    /// How many tests there will be, if that is known.
    fn total(&self) -> Option<u64> {
        (self.listed > 0 && self.listed >= self.done).then_some(self.listed)
    }

    /// How many seconds are left, if that is known. If an earlier run tells how long the tests that
    /// are left take, they take as much longer or shorter now as those that are over.
    fn left(&self, elapsed: f64) -> Option<f64> {
        let left = self.total()? - self.done;
        if self.done == 0 {
            return None;
        }
        let mean = elapsed / float(self.done);
        let (known, over) = (self.expected.time.as_secs_f64(), self.expected_done.time.as_secs_f64());
        if self.expected.tests == 0 || over <= 0.0 || known < over {
            return Some(float(left) * mean);
        }
        // Tests that no earlier run knows take the mean time.
        let unknown = left.saturating_sub(self.expected.tests.saturating_sub(self.expected_done.tests));
        let of_known = elapsed * float(self.expected_done.tests) / float(self.done);
        Some((known - over) / over * of_known + float(unknown) * mean)
    }
}

/// A count to reckon with.
fn float(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// A time in one or two units.
fn roughly(seconds: f64) -> String {
    let seconds = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX).as_secs();
    match seconds {
        0..100 => format!("{seconds} s"),
        100..6000 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}
