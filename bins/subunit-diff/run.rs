//! The results of a run.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::time::Duration;

use subunit_cli::{Identity, Stream, TestKey, Trouble};
use subunit_codec::{Assembler, Item, PARSER_TEST_ID, Protocol, Status, Test};
use subunit_formats::failure::first_line;

/// The tests of a run, in the order of their last results, and its damage.
#[derive(Debug, Default)]
pub(crate) struct Run {
    tests: HashMap<TestKey, Attempts>,
    /// Results so far.
    results: u64,
    /// What is wrong with damaged packets.
    pub(crate) damage: Vec<String>,
}

/// The attempts of a test.
#[derive(Debug, Default)]
struct Attempts {
    /// The number of the last result.
    number: u64,
    /// The last attempt on each route that was not silent.
    telling: Vec<(Option<String>, TestResult)>,
    /// The last skip, for a test of which nothing else is known.
    skipped: Option<TestResult>,
}

/// What became of a test.
#[derive(Clone, Debug)]
pub(crate) struct TestResult {
    pub(crate) status: Status,
    pub(crate) duration: Option<Duration>,
    /// The first line of its failure.
    pub(crate) message: String,
}

/// Results, as far as they are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Good,
    Bad,
    Skipped,
}

impl TestResult {
    pub(crate) fn kind(&self) -> Kind {
        match self.status {
            Status::Success | Status::ExpectedFailure => Kind::Good,
            Status::Skip | Status::Exists => Kind::Skipped,
            Status::Fail | Status::UnexpectedSuccess | Status::InProgress => Kind::Bad,
        }
    }
}

impl Run {
    /// So many bytes of an attachment are searched for a message.
    const LONGEST_ATTACHMENT: usize = 64 << 10;

    /// Reads a run.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is not a subunit stream.
    pub(crate) fn read(name: &OsStr, protocol: Protocol, identity: &Identity) -> Result<Self, Trouble> {
        let mut stream = Stream::open(name, protocol)?;
        let mut tests = Assembler::keeping_heads(Self::LONGEST_ATTACHMENT);
        let mut run = Self::default();
        while let Some(item) = stream.next_after(|| Ok::<(), Trouble>(()))? {
            match &item {
                Item::Packet(packet) => {
                    if let Some(test) = tests.push(packet) {
                        run.add(test, identity);
                    }
                }
                Item::Damage(damage) => run.add(tests.push_damage(damage), identity),
                Item::Text(_) => {}
            }
        }
        tests.finish().iter().for_each(|test| run.add(test, identity));
        if stream.is_foreign() { Err(Trouble::already_reported()) } else { Ok(run) }
    }

    fn add(&mut self, test: &Test, identity: &Identity) {
        if test.id == PARSER_TEST_ID {
            self.damage.push(first_line(test));
            return;
        }
        if test.status == Status::Exists {
            return;
        }
        self.results += 1;
        let attempts = self.tests.entry(across_routes(identity, test)).or_default();
        attempts.number = self.results;
        let message = if test.is_failure() { first_line(test) } else { String::new() };
        let result = TestResult { status: test.status, duration: test.duration(), message };
        if result.kind() == Kind::Skipped {
            attempts.skipped = Some(result);
            return;
        }
        let route = test.route_code.clone().filter(|_| !identity.any_route);
        match attempts.telling.iter_mut().find(|(known, _)| *known == route) {
            Some((_, last)) => *last = result,
            None => attempts.telling.push((route, result)),
        }
    }

    /// The result of a test.
    pub(crate) fn result(&self, test: &TestKey) -> Option<&TestResult> {
        self.tests.get(test).and_then(Attempts::result)
    }

    /// All tests, in the order of their last results.
    pub(crate) fn tests(&self) -> Vec<(&TestKey, &TestResult)> {
        let mut tests: Vec<_> = self.tests.iter().collect();
        tests.sort_unstable_by_key(|(_, attempts)| attempts.number);
        tests.into_iter().filter_map(|(key, attempts)| Some((key, attempts.result()?))).collect()
    }
}

impl Attempts {
    /// A bad last attempt on one route makes the test bad; of good ones the slowest counts.
    fn result(&self) -> Option<&TestResult> {
        let bad = self.telling.iter().map(|(_, result)| result).find(|result| result.kind() == Kind::Bad);
        let slowest = || self.telling.iter().map(|(_, result)| result).max_by_key(|result| result.duration);
        bad.or_else(slowest).or(self.skipped.as_ref())
    }
}

/// The test that a result belongs to, on whichever route.
fn across_routes(identity: &Identity, test: &Test) -> TestKey {
    identity.key(&test.id, None, &test.tags)
}
