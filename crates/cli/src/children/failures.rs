//! Whether a command has shown a failure.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use subunit_codec::Status;

/// The tests of a command whose last result is bad: whether the failure of the command shows.
///
/// One that passes when it runs again is no failure any more: tools that look at last results would
/// call the run good, though its command failed.
#[derive(Debug, Default)]
pub struct Failures {
    /// Hashes of their route codes and ids: an id may be long.
    tests: HashSet<u64>,
    hasher: RandomState,
    /// Whether there was damage, or more tests than are kept count of.
    is_certain: bool,
}

impl Failures {
    const MOST: usize = 1 << 12;

    /// Notes a status of a test.
    pub fn note(&mut self, route_code: Option<&str>, id: &str, status: Option<Status>) {
        let hash = || self.hasher.hash_one((route_code, id));
        match status {
            Some(Status::Fail | Status::UnexpectedSuccess) if self.tests.len() < Self::MOST => {
                self.tests.insert(hash());
            }
            Some(Status::Fail | Status::UnexpectedSuccess) => self.certain(),
            Some(Status::Success | Status::ExpectedFailure) if !self.tests.is_empty() => {
                self.tests.remove(&hash());
            }
            _ => {}
        }
    }

    /// Notes a failure that nothing makes good.
    pub fn certain(&mut self) {
        self.is_certain = true;
        self.tests = HashSet::new();
    }

    /// Whether there is a failure.
    #[must_use]
    pub fn any(&self) -> bool {
        self.is_certain || !self.tests.is_empty()
    }
}
