//! Failures that wait for another attempt.

use std::collections::HashMap;
use std::mem;

use subunit_cli::{Held, TestKey};

/// Tests of which no attempt since a failure was good.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    tests: HashMap<TestKey, Failed>,
    /// Failures so far.
    failures: u64,
}

/// The attempts of a test, all of which failed.
#[derive(Debug, Default)]
pub(crate) struct Failed {
    /// How many failures there were, of all tests, before its last one.
    number: u64,
    /// Attempts before the last one.
    pub(crate) earlier: Vec<Held>,
    pub(crate) last: Attempt,
}

/// An attempt that failed, or did not finish.
#[derive(Debug, Default)]
pub(crate) struct Attempt {
    pub(crate) route_code: Option<String>,
    /// Its packets, but that in `start`.
    pub(crate) packets: Held,
    /// The packet that said that the test runs, if it has left and the test did not finish.
    pub(crate) start: Vec<u8>,
}

impl Waiting {
    /// Adds an attempt that is not good.
    pub(crate) fn add(&mut self, key: TestKey, attempt: Attempt) {
        let failed = self.tests.entry(key).or_default();
        let before = mem::replace(&mut failed.last, attempt);
        if failed.number > 0 {
            failed.earlier.push(before.packets);
        }
        self.failures += 1;
        failed.number = self.failures;
    }

    /// The last failure of a test.
    pub(crate) fn last(&self, key: &TestKey) -> Option<&Attempt> {
        self.tests.get(key).map(|failed| &failed.last)
    }

    /// Takes out the attempts of a test.
    pub(crate) fn remove(&mut self, key: &TestKey) -> Option<Failed> {
        self.tests.remove(key)
    }

    /// Takes out all tests, in the order of their last failures.
    pub(crate) fn drain(&mut self) -> Vec<(TestKey, Failed)> {
        let mut tests: Vec<_> = self.tests.drain().collect();
        tests.sort_unstable_by_key(|(_, failed)| failed.number);
        tests
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tests.is_empty()
    }
}
