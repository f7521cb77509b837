//! Whether a source has shown a failure.

use std::collections::HashSet;

use subunit_codec::{Key, Status};

/// The tests of a source whose last result is bad.
///
/// One that passes when it runs again is no failure any more: tools that look at last results would
/// call the run good, though its command failed.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    /// Hashes of their keys.
    tests: HashSet<u64>,
    /// Whether there was damage, or more tests than are kept count of.
    is_certain: bool,
}

impl Failures {
    const MOST: usize = 1 << 12;

    /// Notes a result of a test.
    pub(crate) fn result(&mut self, key: &Key<'_>, status: Status) {
        match status {
            Status::Fail | Status::UnexpectedSuccess if self.tests.len() < Self::MOST => {
                self.tests.insert(key.hash());
            }
            Status::Fail | Status::UnexpectedSuccess => self.certain(),
            Status::Success | Status::ExpectedFailure => {
                self.tests.remove(&key.hash());
            }
            Status::Exists | Status::InProgress | Status::Skip => {}
        }
    }

    /// Notes a failure that nothing makes good.
    pub(crate) fn certain(&mut self) {
        self.is_certain = true;
        self.tests = HashSet::new();
    }

    /// Whether there is a failure.
    pub(crate) fn any(&self) -> bool {
        self.is_certain || !self.tests.is_empty()
    }
}
