//! When the tests of a worker ran, in no more bars than a screen can show.

use std::mem;

use crate::outcome::Outcome;

/// A test, or a run of short ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    /// In microseconds since 1970.
    pub(crate) start: u64,
    pub(crate) stop: u64,
    /// Whether a test in it never finished.
    pub(crate) is_open: bool,
    /// The worst outcome in it, and the row and the id of a test that has it.
    pub(crate) outcome: Outcome,
    pub(crate) row: u64,
    pub(crate) id: String,
    pub(crate) tests: u64,
    pub(crate) failures: u64,
}

/// The bars of a worker.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lane {
    bars: Vec<Bar>,
    pub(crate) tests: u64,
    pub(crate) failures: u64,
    /// When its last test stopped.
    stop: Option<u64>,
    has_open: bool,
}

impl Lane {
    /// So many bars are drawn at most.
    pub(crate) const MOST: usize = 2000;

    pub(crate) fn add(&mut self, bar: Bar) {
        self.tests += bar.tests;
        self.failures += bar.failures;
        self.has_open |= bar.is_open;
        self.stop = self.stop.max(Some(bar.stop));
        self.bars.push(bar);
        if self.bars.len() > 2 * Self::MOST {
            self.bars = shorten(mem::take(&mut self.bars), Self::MOST);
        }
    }

    /// When the worker ended, if it did: no test of it is unfinished.
    pub(crate) fn end(&self) -> Option<u64> {
        self.stop.filter(|_| !self.has_open)
    }

    /// The bars in the order in which they start, at most so many.
    pub(crate) fn bars(self, most: usize) -> Vec<Bar> {
        shorten(self.bars, most)
    }
}

/// Makes one bar of short ones that follow each other, until there are no more than `most`.
fn shorten(mut bars: Vec<Bar>, most: usize) -> Vec<Bar> {
    bars.sort_by_key(|bar| (bar.start, bar.stop));
    let (start, stop) =
        bars.iter().fold((u64::MAX, 0), |(start, stop), bar| (start.min(bar.start), stop.max(bar.stop)));
    let span = stop.saturating_sub(start);
    let mut longest = span / most as u64 + 1;
    while bars.len() > most {
        let mut fewer: Vec<Bar> = Vec::with_capacity(most);
        for bar in bars {
            match fewer.last_mut() {
                Some(last) if last.may_join(&bar, longest, span) => last.join(bar),
                _ => fewer.push(bar),
            }
        }
        bars = fewer;
        longest = longest.saturating_mul(2);
    }
    bars
}

impl Bar {
    /// Whether both together are short enough. Bars of unfinished tests stay alone unless nothing
    /// else helps.
    fn may_join(&self, next: &Self, longest: u64, span: u64) -> bool {
        let is_short = self.stop.max(next.stop) - self.start <= longest;
        is_short && !(self.is_open || next.is_open) || longest > span
    }

    fn join(&mut self, next: Self) {
        self.stop = self.stop.max(next.stop);
        self.is_open |= next.is_open;
        self.tests += next.tests;
        self.failures += next.failures;
        if next.outcome < self.outcome {
            (self.outcome, self.row, self.id) = (next.outcome, next.row, next.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(start: u64, stop: u64, outcome: Outcome) -> Bar {
        let failures = u64::from(outcome.is_failure());
        Bar { start, stop, is_open: false, outcome, row: start, id: format!("t{start}"), tests: 1, failures }
    }

    #[test]
    fn a_lane_that_is_not_full_has_a_bar_for_each_test() {
        let mut lane = Lane::default();
        (0..2000).rev().for_each(|start| lane.add(bar(start, start + 1, Outcome::Passed)));
        let bars = lane.bars(Lane::MOST);
        assert!(bars.iter().map(|bar| (bar.start, bar.tests)).eq((0..2000).map(|start| (start, 1))));
    }

    #[test]
    fn runs_of_short_tests_become_one_bar_and_nothing_is_lost() {
        let mut lane = Lane::default();
        let count = 100_000;
        for start in 0..count {
            let outcome = if start % 1000 == 7 { Outcome::Failed } else { Outcome::Passed };
            lane.add(bar(start * 10, start * 10 + 9, outcome));
            if start == 500 {
                lane.add(Bar { is_open: true, ..bar(start * 10, start * 10, Outcome::Unfinished) });
            }
        }
        lane.add(bar(2_000_000, 3_000_000, Outcome::Skipped));
        assert_eq!((lane.tests, lane.failures, lane.stop, lane.end()), (count + 2, 101, Some(3_000_000), None));
        for most in [Lane::MOST, 300, 2, 1] {
            let bars = lane.clone().bars(most);
            assert!(bars.len() <= most, "{} bars", bars.len());
            assert_eq!(bars.iter().map(|bar| bar.tests).sum::<u64>(), count + 2);
            assert_eq!(bars.iter().map(|bar| bar.failures).sum::<u64>(), 101);
            assert!(bars.iter().all(|bar| bar.failures == 0 || bar.outcome.is_failure()), "the worst outcome shows");
            assert!(bars.is_sorted_by_key(|bar| bar.start));
            if most > 100 {
                assert_eq!(bars.iter().filter(|bar| bar.is_open && bar.tests == 1).count(), 1, "it stays alone");
                assert_eq!(bars.last().map(|bar| bar.tests), Some(1), "so does a long one");
            }
        }
    }
}
