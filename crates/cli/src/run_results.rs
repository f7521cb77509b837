//! What became of tests in an earlier run.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::time::Duration;

use subunit_codec::{Assembler, Item, Protocol, Status, Test};

use crate::input::Stream;
use crate::trouble::Trouble;

/// What became of tests in an earlier run, by test id: the last attempt on each route counts, other
/// than skips, and if one of them is bad, the test is.
///
/// ```no_run
/// use subunit_cli::RunResults;
///
/// let before = RunResults::read("monday.subunit".as_ref())?;
/// assert_eq!(before.is_good("net.Ping"), Some(true), "it passed on Monday");
/// # Ok::<(), subunit_cli::Trouble>(())
/// ```
#[derive(Debug, Default)]
pub struct RunResults {
    is_good: HashMap<String, bool>,
}

/// The last attempts in a run, by route code and id.
pub(crate) type Attempts = HashMap<(Option<String>, String), Attempt>;

/// The last attempt of a test on a route.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    pub(crate) is_good: bool,
    /// How long it took, if it was good.
    pub(crate) duration: Option<Duration>,
}

impl RunResults {
    /// Reads a run.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is not a subunit stream.
    pub fn read(run: &OsStr) -> Result<Self, Trouble> {
        let mut results = Self::default();
        for ((_, id), attempt) in last_attempts(run)? {
            *results.is_good.entry(id).or_insert(true) &= attempt.is_good;
        }
        Ok(results)
    }

    /// Whether a test was good; `None` if the run does not tell.
    #[must_use]
    pub fn is_good(&self, id: &str) -> Option<bool> {
        self.is_good.get(id).copied()
    }
}

/// The last attempts in a run.
pub(crate) fn last_attempts(run: &OsStr) -> Result<Attempts, Trouble> {
    let mut stream = Stream::open(run, Protocol::Auto)?;
    let mut tests = Assembler::without_files();
    let mut attempts = Attempts::new();
    while let Some(item) = stream.next_after(|| Ok::<(), Trouble>(()))? {
        if let Item::Packet(packet) = item
            && let Some(test) = tests.push(&packet)
        {
            note(test, &mut attempts);
        }
    }
    tests.finish().iter().for_each(|test| note(test, &mut attempts));
    if stream.is_foreign() {
        return Err(Trouble::already_reported());
    }
    Ok(attempts)
}

fn note(test: &Test, attempts: &mut Attempts) {
    let attempt = match test.status {
        Status::Exists | Status::Skip => return,
        Status::Success | Status::ExpectedFailure => Attempt { is_good: true, duration: test.duration() },
        Status::Fail | Status::UnexpectedSuccess | Status::InProgress => Attempt { is_good: false, duration: None },
    };
    attempts.insert((test.route_code.clone(), test.id.clone()), attempt);
}
