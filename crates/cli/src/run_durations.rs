//! How long tests took in earlier runs.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsString;
use std::time::Duration;

use crate::run_results::{Attempts, last_attempts};
use crate::trouble::Trouble;

/// How long tests took in earlier runs, by test id.
///
/// A run tells of a test if its result was good: a test that failed early says nothing about how
/// long it takes. The last attempt on each route counts, other than skips; if one of them is bad,
/// the test is. Of several good routes the slowest one counts, and of several runs the last one
/// that tells.
///
/// ```no_run
/// use subunit_cli::RunDurations;
///
/// let durations = RunDurations::read(&["monday.subunit".into(), "tuesday.subunit".into()])?;
/// assert!(durations.get("net.Ping").is_some(), "it passed on one of these days");
/// # Ok::<(), subunit_cli::Trouble>(())
/// ```
#[derive(Debug, Default)]
pub struct RunDurations {
    by_id: HashMap<String, Duration>,
}

impl RunDurations {
    /// Reads runs, the newest one last.
    ///
    /// # Errors
    ///
    /// If one cannot be read, or is not a subunit stream.
    pub fn read(runs: &[OsString]) -> Result<Self, Trouble> {
        let mut durations = Self::default();
        for run in runs {
            durations.add(last_attempts(run)?);
        }
        Ok(durations)
    }

    /// How long a test took.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Duration> {
        self.by_id.get(id).copied()
    }

    /// All durations, by id, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Duration)> {
        self.by_id.iter().map(|(id, duration)| (id.as_str(), *duration))
    }

    /// Adds a newer run.
    fn add(&mut self, attempts: Attempts) {
        let mut of_run: HashMap<String, Option<Duration>> = HashMap::new();
        for ((_, id), attempt) in attempts {
            let duration = attempt.duration;
            match of_run.entry(id) {
                Entry::Vacant(entry) => drop(entry.insert(duration)),
                Entry::Occupied(mut entry) => {
                    let slowest = duration.zip(*entry.get()).map(|(one, other)| one.max(other));
                    entry.insert(slowest);
                }
            }
        }
        self.by_id.extend(of_run.into_iter().filter_map(|(id, duration)| Some((id, duration?))));
    }
}

impl FromIterator<(String, Duration)> for RunDurations {
    fn from_iter<I: IntoIterator<Item = (String, Duration)>>(durations: I) -> Self {
        Self { by_id: durations.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use subunit_codec::{Event, Status, Timestamp, encode};

    use super::*;

    /// A run of tests: route, id, status, seconds.
    fn run(tests: &[(&'static str, &'static str, Status, u32)]) -> Vec<u8> {
        let mut stream = Vec::new();
        for (route, id, status, seconds) in tests {
            for (status, at) in [(Status::InProgress, 100), (*status, 100 + seconds)] {
                let event = Event::test(*id).route_code(*route).status(status);
                encode(&Event { timestamp: Timestamp::new(at, 0), ..event }, &mut stream).unwrap();
            }
        }
        stream
    }

    #[test]
    fn good_results_of_the_newest_run_count() {
        use Status::{ExpectedFailure, Fail, Skip, Success};
        let folder = tempfile::tempdir().unwrap();
        let runs = [
            run(&[("0", "a", Success, 1), ("0", "b", Success, 2), ("0", "c", Success, 3), ("0", "d", Success, 4)]),
            run(&[
                ("0", "a", Fail, 9),
                ("0", "a", ExpectedFailure, 5),
                ("0", "b", Success, 9),
                ("0", "b", Fail, 9),
                ("0", "c", Success, 9),
                ("1", "c", Fail, 9),
                ("0", "d", Success, 7),
                ("1", "d", Success, 6),
                ("1", "d", Skip, 9),
                ("0", "e", Skip, 9),
            ]),
        ];
        let names = ["first", "second"].map(|name| folder.path().join(name).into_os_string());
        for (name, run) in names.iter().zip(runs) {
            fs::write(name, run).unwrap();
        }
        let durations = RunDurations::read(&names).unwrap();
        let seconds = ["a", "b", "c", "d", "e"].map(|id| durations.get(id).map(|it| it.as_secs()));
        assert_eq!(seconds, [Some(5), Some(2), Some(3), Some(7), None]);
    }
}
