//! Estimated durations of tests, from recorded ones.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use crate::run_durations::RunDurations;

/// The estimated duration of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The estimate.
    pub duration: Duration,
    /// Whether it is the duration that was recorded.
    pub is_recorded: bool,
}

/// Recorded durations, sorted by id.
struct Known<'a> {
    tests: Vec<(&'a str, Duration)>,
    /// Memo table: medians of ranges of tests.
    medians: HashMap<Range<usize>, Duration>,
}

impl RunDurations {
    /// How long each of these tests will probably take: as long as recorded, or else the median of
    /// those whose ids share the longest prefix up to a `.`, `::` or `/`, or else the median of
    /// all. `None` if no duration is recorded at all.
    ///
    /// The same runs give the same estimates on every machine, whatever the order of the ids.
    ///
    /// ```no_run
    /// use subunit_cli::RunDurations;
    ///
    /// let durations = RunDurations::read(&["monday.subunit".into()])?;
    /// let tests = durations.estimates(["net.Ping", "net.New"]).unwrap_or_default();
    /// let new_ones = tests.iter().filter(|test| !test.is_recorded).count();
    /// # Ok::<(), subunit_cli::Trouble>(())
    /// ```
    #[must_use]
    pub fn estimates<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> Option<Vec<Estimate>> {
        let mut tests: Vec<_> = self.iter().collect();
        if tests.is_empty() {
            return None;
        }
        tests.sort_unstable_by_key(|(id, _)| *id);
        let mut known = Known { tests, medians: HashMap::new() };
        let estimate = |id| match self.get(id) {
            Some(duration) => Estimate { duration, is_recorded: true },
            None => Estimate { duration: known.like(id), is_recorded: false },
        };
        Some(ids.into_iter().map(estimate).collect())
    }
}

impl Known<'_> {
    /// The median of the tests that share the longest prefix with an unknown one.
    fn like(&mut self, id: &str) -> Duration {
        // In sorted order, the longest common prefix is that of a neighbour.
        let place = self.tests.partition_point(|(known, _)| *known < id);
        let around = place.saturating_sub(1)..self.tests.len().min(place + 1);
        let shared = self.tests[around].iter().map(|(known, _)| shared_prefix(known, id).len()).max();
        let prefix = &id[..shared.unwrap_or(0)];
        let start = self.tests.partition_point(|(known, _)| *known < prefix);
        let count = self.tests[start..].partition_point(|(known, _)| known.starts_with(prefix));
        let alike = start..start + count;
        let Self { tests, medians } = self;
        *medians.entry(alike.clone()).or_insert_with(|| median(tests[alike].iter().map(|(_, duration)| *duration)))
    }
}

/// The longest prefix that two ids share and that ends with a separator.
fn shared_prefix<'a>(one: &'a str, other: &str) -> &'a str {
    let shared = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let bytes = &one.as_bytes()[..shared];
    let ends = |end: &usize| matches!(bytes[..*end], [.., b'.' | b'/'] | [.., b':', b':']);
    // Separators are ASCII, so the cut is at a character boundary.
    &one[..(1..=shared).rev().find(ends).unwrap_or(0)]
}

/// The median; of an even number, the mean of the two in the middle.
fn median(durations: impl Iterator<Item = Duration>) -> Duration {
    let mut durations: Vec<Duration> = durations.collect();
    durations.sort_unstable();
    let (lower, upper) = (durations.len().saturating_sub(1) / 2, durations.len() / 2);
    let middle = |index: usize| durations.get(index).copied().unwrap_or_default();
    (middle(lower) + middle(upper)) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(durations: &RunDurations, id: &str) -> f64 {
        durations.estimates([id]).unwrap()[0].duration.as_secs_f64()
    }

    #[test]
    fn a_test_without_a_time_takes_as_long_as_those_most_like_it() {
        let recorded = [
            ("a.B.one", 1),
            ("a.B.two", 3),
            ("a.B.three", 8),
            ("a.C.one", 100),
            ("a.C.two", 200),
            ("r::mod::x", 20),
            ("r::mode", 40),
            ("dir/x.py", 60),
        ];
        let recorded = recorded.map(|(id, seconds)| (id.to_owned(), Duration::from_secs(seconds)));
        let durations: RunDurations = recorded.into_iter().collect();
        for (id, expected) in [
            ("a.B.one", 1.0),
            ("a.B.new", 3.0),
            ("a.B.", 3.0),
            ("a.B", 8.0),
            ("a.C.new", 150.0),
            ("a.D.new", 8.0),
            ("a.Bo.new", 8.0),
            ("r::mod::y", 20.0),
            ("r::mod:y", 30.0),
            ("dir/y.py", 60.0),
            ("dir/x.pyc", 60.0),
            ("new", 30.0),
            ("", 30.0),
            ("zzz", 30.0),
        ] {
            assert!((seconds(&durations, id) - expected).abs() < 1e-9, "{id:?}: {}", seconds(&durations, id));
        }
        let both = durations.estimates(["a.B.one", "é"]).unwrap();
        assert_eq!(both.iter().map(|it| it.is_recorded).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn without_any_duration_there_is_no_estimate() {
        assert_eq!(RunDurations::default().estimates(["a"]), None);
    }

    #[test]
    fn ids_that_share_half_a_character_share_no_prefix() {
        assert_eq!(shared_prefix("a.é", "a.è"), "a.");
        assert_eq!(shared_prefix("é", "è"), "");
    }
}
