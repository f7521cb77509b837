//! How far a run is.

use std::time::{Duration, Instant};

use subunit_cli::StatusLine;
use subunit_codec::{Flight, Status, Tracker};
use subunit_formats::number::roughly;

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
    /// With fewer columns of its id, the test that has run for longest is left out.
    const LEAST_OF_ID: usize = 10;

    /// Takes note of the time of a packet about a test that runs.
    pub(crate) fn began(&mut self, now: Instant) {
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
    pub(crate) fn show(&self, tests: &mut Tracker<Record>, is_colored: bool, line: &mut StatusLine) {
        let Running { count, longest } = Running::among(tests);
        if self.began.is_none() && self.listed == 0 {
            return;
        }
        let now = Instant::now();
        if !self.show_counts(is_colored, line) || !self.facts(count, now).iter().all(|fact| line.add(fact)) {
            return;
        }
        if let Some((flight, arrival)) = longest {
            let time = roughly(now.saturating_duration_since(arrival.first).as_secs_f64());
            let worker = flight.value.worker(flight.route_code());
            let head = format!(" | {time} {worker} ");
            line.add_cut(&format!("{head}{}", flight.id()), head.len() + Self::LEAST_OF_ID);
        }
    }

    /// Shows how many tests are over and how many of them failed, if it fits.
    fn show_counts(&self, is_colored: bool, line: &mut StatusLine) -> bool {
        let done = match self.total() {
            Some(total) => format!("[{:>1$}/{total}]", self.done, total.to_string().len()),
            None => format!("[{}]", self.done),
        };
        let failed = format!("{} failed", self.failed);
        let is_red = is_colored && self.failed > 0;
        line.add(&done) && line.add(" ") && if is_red { line.add_red(&failed) } else { line.add(&failed) }
    }

    /// How many tests run, how many end in a second, and how long it will take.
    fn facts(&self, running: u64, now: Instant) -> Vec<String> {
        let mut facts = vec![format!(", {running} running")];
        let elapsed = self.began.map(|began| now.saturating_duration_since(began));
        if let Some(elapsed) = elapsed.filter(|elapsed| *elapsed >= Self::FIRST) {
            let rate = float(self.done) / elapsed.as_secs_f64();
            facts.push(if rate < 10.0 { format!(", {rate:.1}/s") } else { format!(", {rate:.0}/s") });
            // If only tests are left that take longer than others, nobody knows how long.
            let left = self.left(elapsed).filter(|left| *left >= 1.0);
            facts.extend(left.map(|left| format!(", {} left", roughly(left))));
        }
        facts
    }

    /// How many tests there will be, if that is known.
    fn total(&self) -> Option<u64> {
        (self.listed > 0 && self.listed >= self.done).then_some(self.listed)
    }

    /// How many seconds are left after so much time, if that is known. If an earlier run tells how
    /// long the tests that are left take, they take as much longer or shorter now as those that are
    /// over.
    fn left(&self, elapsed: Duration) -> Option<f64> {
        let left = self.total()? - self.done;
        if self.done == 0 {
            return None;
        }
        let mean = elapsed.as_secs_f64() / float(self.done);
        let (all, over) = (self.expected.time.as_secs_f64(), self.expected_done.time.as_secs_f64());
        if over <= 0.0 || all < over {
            return Some(float(left) * mean);
        }
        let known_left = self.expected.tests.saturating_sub(self.expected_done.tests);
        let known = (all - over) / over * float(self.expected_done.tests) * mean;
        // Tests that no earlier run knows take the mean time.
        Some(known + float(left.saturating_sub(known_left)) * mean)
    }
}

/// The tests that run.
struct Running<'a> {
    count: u64,
    /// The one that has run for longest.
    longest: Option<(&'a Flight<Record>, Arrival)>,
}

impl<'a> Running<'a> {
    fn among(tests: &'a mut Tracker<Record>) -> Self {
        let mut running = Self { count: 0, longest: None };
        for flight in tests.in_flight() {
            let Some(arrival) = flight.value.arrival.filter(|_| flight.has_status()) else { continue };
            running.count += 1;
            if running.longest.is_none_or(|(_, longest)| arrival.first < longest.first) {
                running.longest = Some((flight, arrival));
            }
        }
        running
    }
}

/// A count to reckon with.
fn float(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECONDS: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn the_time_left_follows_from_the_mean() {
        let mut progress = Progress::default();
        progress.done(Status::Success, None);
        assert_eq!(progress.left(SECONDS(10)), None, "nobody knows how many tests there are");
        let mut progress = Progress::default();
        (0..5).for_each(|_| progress.listed(None));
        assert_eq!(progress.left(SECONDS(10)), None, "nothing is over");
        (0..2).for_each(|_| progress.done(Status::Fail, None));
        assert_eq!(progress.left(SECONDS(10)), Some(15.0));
        (0..4).for_each(|_| progress.done(Status::Skip, None));
        assert_eq!(progress.left(SECONDS(10)), None, "there are more tests than were listed");
    }

    #[test]
    fn the_time_left_follows_from_an_earlier_run_if_it_is_known() {
        let mut progress = Progress::default();
        for before in [1, 1, 8] {
            progress.listed(Some(SECONDS(before)));
        }
        progress.done(Status::Success, Some(SECONDS(1)));
        progress.done(Status::Success, Some(SECONDS(1)));
        assert_eq!(progress.left(SECONDS(2)), Some(8.0));
        assert_eq!(progress.left(SECONDS(4)), Some(16.0), "this machine is half as fast");
        progress.listed(None);
        assert_eq!(progress.left(SECONDS(2)), Some(9.0), "a new test takes the mean time");
    }
}
