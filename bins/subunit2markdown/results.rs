//! What became of the tests.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use subunit_cli::RunResults;
use subunit_codec::names::FLAKY;
use subunit_codec::{PARSER_TEST_ID, Span, Status, Test};
use subunit_formats::failure::{first_line, telling_text};
use subunit_formats::slowest::{SlowTest, Slowest};
use subunit_formats::worker::Worker;

/// What became of the tests, as far as the page shows it.
pub(crate) struct Results {
    /// A run to compare with.
    before: Option<RunResults>,
    /// How many bytes of texts are kept.
    room: usize,
    pub(crate) passed: u64,
    pub(crate) skipped: u64,
    /// Failures that no later attempt has made good, by route code and id.
    failures: HashMap<(Option<String>, String), Failure>,
    /// Damage, of which each is a failure of its own.
    damage: Vec<Failure>,
    noted: u64,
    pub(crate) flaky: Vec<String>,
    pub(crate) slowest: Slowest,
    pub(crate) workers: BTreeMap<String, WorkerRow>,
    pub(crate) span: Span,
}

/// A test that failed.
pub(crate) struct Failure {
    number: u64,
    pub(crate) id: String,
    pub(crate) is_unfinished: bool,
    /// Whether it was good in the run to compare with.
    pub(crate) is_new: bool,
    pub(crate) message: String,
    /// The text that tells most of it, if there was room.
    pub(crate) text: String,
}

/// What a worker did.
#[derive(Default)]
pub(crate) struct WorkerRow {
    pub(crate) tests: u64,
    pub(crate) failed: u64,
    pub(crate) busy: Duration,
}

impl Results {
    /// So many bytes of a text are kept, from its end.
    const LONGEST_TEXT: usize = 4 << 10;
    /// So many lines.
    const MOST_LINES: usize = 40;

    pub(crate) fn new(before: Option<RunResults>, room: usize, slowest: usize) -> Self {
        Self {
            before,
            room,
            passed: 0,
            skipped: 0,
            failures: HashMap::new(),
            damage: Vec::new(),
            noted: 0,
            flaky: Vec::new(),
            slowest: Slowest::new(slowest),
            workers: BTreeMap::new(),
            span: Span::default(),
        }
    }

    /// Adds the result of a test.
    pub(crate) fn add(&mut self, test: &Test) {
        if test.status == Status::Exists {
            return;
        }
        self.span.cover(test.span());
        let worker = Worker::of(test);
        if !worker.is_unknown() {
            let row = self.workers.entry(worker.to_string()).or_default();
            row.tests += 1;
            row.failed += u64::from(test.is_failure());
            row.busy += test.duration().unwrap_or_default();
        }
        self.slowest.add(test.duration(), || SlowTest {
            id: test.id.clone(),
            route_code: test.route_code.clone(),
            worker: None,
            status: test.status,
        });
        let key = (test.route_code.clone(), test.id.clone());
        match test.status {
            Status::Skip => self.skipped += 1,
            Status::Success | Status::ExpectedFailure => {
                self.passed += 1;
                let earlier = self.failures.remove(&key);
                if let Some(failure) = &earlier {
                    self.room += failure.text.len();
                }
                if earlier.is_some() || test.tags.iter().any(|tag| tag == FLAKY) {
                    self.flaky.push(test.id.clone());
                }
            }
            _ => {
                let failure = self.failure(test);
                if test.id == PARSER_TEST_ID {
                    self.damage.push(failure);
                } else {
                    self.failures.insert(key, failure);
                }
            }
        }
    }

    fn failure(&mut self, test: &Test) -> Failure {
        self.noted += 1;
        let mut said = last_lines(&telling_text(test).unwrap_or_default());
        if said.len() > self.room {
            said.clear();
        }
        self.room -= said.len();
        Failure {
            number: self.noted,
            id: test.id.clone(),
            is_unfinished: test.status == Status::InProgress,
            is_new: self.before.as_ref().and_then(|before| before.is_good(&test.id)) == Some(true),
            message: match test.status {
                Status::UnexpectedSuccess => "passed unexpectedly".to_owned(),
                _ => first_line(test),
            },
            text: said,
        }
    }

    /// All tests that failed, those that were good before first.
    pub(crate) fn failures(&self) -> Vec<&Failure> {
        let mut failures: Vec<_> = self.failures.values().chain(&self.damage).collect();
        failures.sort_unstable_by_key(|failure| (!failure.is_new, failure.number));
        failures
    }
}

/// The last lines of a text, without blank ones at the end.
fn last_lines(text: &str) -> String {
    let text = text.trim_end();
    let mut start = text.len().saturating_sub(Results::LONGEST_TEXT);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let lines: Vec<&str> = text[start..].lines().collect();
    let is_cut = start > 0 || lines.len() > Results::MOST_LINES;
    let shown = lines[lines.len().saturating_sub(Results::MOST_LINES)..].join("\n");
    if is_cut { format!("[...]\n{shown}") } else { shown }
}
