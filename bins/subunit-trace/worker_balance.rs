//! What each worker did.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use subunit_cli::escape;
use subunit_codec::Span;

/// Tests and times of the workers, by label.
#[derive(Debug, Default)]
pub(crate) struct WorkerBalance {
    workers: HashMap<String, WorkerShare>,
}

#[derive(Debug)]
struct WorkerShare {
    tests: u64,
    /// From the start of its first test to the stop of its last one.
    span: Span,
}

impl WorkerBalance {
    /// So many workers are listed: a stream may have millions.
    const MOST_LISTED: usize = 1000;

    /// Adds a test that is over.
    pub(crate) fn add(&mut self, label: &str, span: Span) {
        match self.workers.get_mut(label) {
            Some(worker) => {
                worker.tests += 1;
                worker.span.stop = span.stop;
            }
            None => drop(self.workers.insert(label.to_owned(), WorkerShare { tests: 1, span })),
        }
    }
}

impl fmt::Display for WorkerBalance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "==============\nWorker Balance\n==============")?;
        let mut workers: Vec<_> = self.workers.iter().collect();
        workers.sort_unstable_by_key(|(label, _)| by_number(label));
        for (label, WorkerShare { tests, span }) in workers.iter().take(Self::MOST_LISTED) {
            writeln!(f, " - Worker {} ({tests} tests) => {}", escape(label), Clock(span.duration()))?;
        }
        match workers.len().checked_sub(Self::MOST_LISTED) {
            Some(more @ 1..) => writeln!(f, " - and {more} more"),
            _ => Ok(()),
        }
    }
}

/// A label as it is sorted: by its number if it ends in one, 2 before 10.
fn by_number(label: &str) -> (&str, usize, &str) {
    let name = label.trim_end_matches(|character: char| character.is_ascii_digit());
    let number = &label[name.len()..];
    (name, number.len(), number)
}

/// A duration as Python prints it.
struct Clock(Option<Duration>);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(duration) = self.0 else { return f.write_str("N/A") };
        let (minutes, seconds) = (duration.as_secs() / 60, duration.as_secs() % 60);
        let (hours, minutes) = (minutes / 60, minutes % 60);
        match hours / 24 {
            0 => {}
            1 => f.write_str("1 day, ")?,
            days => write!(f, "{days} days, ")?,
        }
        write!(f, "{}:{minutes:02}:{seconds:02}", hours % 24)?;
        match duration.subsec_micros() {
            0 => Ok(()),
            micros => write!(f, ".{micros:06}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use subunit_codec::Timestamp;

    use super::*;

    #[test]
    fn durations_are_as_python_prints_them() {
        for (duration, shown) in [
            (None, "N/A"),
            (Some(Duration::ZERO), "0:00:00"),
            (Some(Duration::new(83, 1_234_999)), "0:01:23.001234"),
            (Some(Duration::from_secs(86_399)), "23:59:59"),
            (Some(Duration::from_secs(86_400)), "1 day, 0:00:00"),
            (Some(Duration::from_secs(2 * 86_400 + 3600)), "2 days, 1:00:00"),
        ] {
            assert_eq!(Clock(duration).to_string(), shown);
        }
    }

    #[test]
    fn workers_are_sorted_by_number() {
        let mut balance = WorkerBalance::default();
        let at = |seconds| Timestamp::new(seconds, 0);
        for (label, start, stop) in [("10", 1, 2), ("2", 1, 3), ("web/1", 0, 0), ("2", 3, 9), ("web", 5, 4)] {
            balance.add(label, Span { start: at(start), stop: at(stop) });
        }
        let shown = " - Worker 2 (2 tests) => 0:00:08\n - Worker 10 (1 tests) => 0:00:01\n - Worker web (1 tests) => N/A\n \
                     - Worker web/1 (1 tests) => 0:00:00\n";
        assert_eq!(balance.to_string().split_once("Balance\n==============\n").map(|(_, rest)| rest), Some(shown));
    }
}
