//! Statistics of the results of a test.

use crate::history::{Kind, TestHistory};

/// Statistics of the results of a test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Story {
    pub(crate) good: usize,
    pub(crate) bad: usize,
    pub(crate) skipped: usize,
    /// How often it changed between good and bad, from run to run or within one.
    pub(crate) flips: usize,
    /// The length of the current streak of good or bad results.
    pub(crate) streak: usize,
    /// The run in which the streak began.
    pub(crate) since: Option<usize>,
    /// Whether its newest result is bad.
    pub(crate) is_failing: bool,
}

/// Which tests are listed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Choice {
    All,
    Flaky,
    Failing,
    Slower(f64),
}

/// How long a test took in the older half of its runs and in the newer one, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Medians {
    pub(crate) older: f32,
    pub(crate) newer: f32,
}

impl Story {
    /// The story of these results, the oldest first, each with whether attempts differed.
    pub(crate) fn of(results: impl Iterator<Item = (Kind, bool)>) -> Self {
        let mut story = Self::default();
        for (run, (kind, differs)) in results.enumerate() {
            if !kind.is_telling() {
                story.skipped += usize::from(kind == Kind::Skipped);
                continue;
            }
            let is_bad = kind == Kind::Bad;
            let has_changed = story.is_failing != is_bad;
            story.flips += usize::from(differs) + usize::from(has_changed && story.told() > 0);
            if has_changed || story.told() == 0 {
                (story.streak, story.since) = (0, Some(run));
            }
            story.streak += 1;
            story.is_failing = is_bad;
            *(if is_bad { &mut story.bad } else { &mut story.good }) += 1;
        }
        story
    }

    /// In how many runs it was good or bad.
    pub(crate) fn told(&self) -> usize {
        self.good + self.bad
    }
}

impl Choice {
    /// The number of flips that make a test flaky. A test that broke or was fixed has one.
    const FLAKY: usize = 2;

    pub(crate) fn takes(self, test: &TestHistory<'_>, story: &Story) -> bool {
        match self {
            Self::All => true,
            Self::Flaky => story.flips >= Self::FLAKY,
            Self::Failing => story.is_failing,
            Self::Slower(factor) => Medians::of(test).is_some_and(|medians| medians.factor() >= factor),
        }
    }
}

impl Medians {
    /// `None` if there are not two durations. The one in the middle is in neither half.
    pub(crate) fn of(test: &TestHistory<'_>) -> Option<Self> {
        let seconds = test.seconds();
        let half = seconds.len() / 2;
        let (older, newer) = (median(&seconds[..half])?, median(&seconds[seconds.len() - half..])?);
        Some(Self { older, newer })
    }

    /// How many times longer it takes; 0 if it took no time that was measured.
    pub(crate) fn factor(self) -> f64 {
        if self.older > 0.0 { f64::from(self.newer) / f64::from(self.older) } else { 0.0 }
    }
}

/// The median; of an even number, the mean of the two in the middle.
pub(crate) fn median(seconds: &[f32]) -> Option<f32> {
    let mut seconds = seconds.to_vec();
    seconds.sort_unstable_by(f32::total_cmp);
    let (lower, upper) = (seconds.len().checked_sub(1)? / 2, seconds.len() / 2);
    Some(f32::midpoint(seconds[lower], seconds[upper]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The story of results as they are shown; `!` is bad with attempts that differ.
    fn story(results: &str) -> Story {
        Story::of(results.chars().map(|result| match result {
            '.' => (Kind::Good, false),
            'F' => (Kind::Bad, false),
            's' => (Kind::Skipped, false),
            '~' => (Kind::Good, true),
            '!' => (Kind::Bad, true),
            _ => (Kind::Absent, false),
        }))
    }

    #[test]
    fn a_flip_is_between_two_runs_that_tell_or_within_one() {
        for (results, flips) in [
            ("", 0),
            ("....", 0),
            ("FFFF", 0),
            ("..FF", 1),
            ("F...", 1),
            (".F.", 2),
            (".F.F.", 4),
            (".sF s.", 2),
            (".s .", 0),
            ("~", 1),
            (".~.", 1),
            ("..!", 2),
            ("~~", 2),
        ] {
            assert_eq!(story(results).flips, flips, "{results:?}");
        }
    }

    #[test]
    fn a_streak_is_of_the_newest_result() {
        for (results, streak, since, is_failing) in [
            ("", 0, None, false),
            ("s ", 0, None, false),
            ("..FF", 2, Some(2), true),
            ("F.s. ", 2, Some(1), false),
            (" .~.", 3, Some(1), false),
            ("FFF", 3, Some(0), true),
        ] {
            let found = story(results);
            assert_eq!((found.streak, found.since, found.is_failing), (streak, since, is_failing), "{results:?}");
        }
        let Story { good, bad, skipped, .. } = story("..sF !~");
        assert_eq!((good, bad, skipped), (3, 2, 1));
    }

    #[test]
    fn the_median_of_an_even_number_is_between_two() {
        assert_eq!(
            [&[][..], &[3.0], &[4.0, 1.0], &[9.0, 1.0, 2.0]].map(median),
            [None, Some(3.0), Some(2.5), Some(2.0)]
        );
    }
}
