//! The results of tests in runs.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use hashbrown::HashMap;
use subunit_codec::Status;
use subunit_formats::names::Names;

use crate::story::Story;

/// The results of all tests in all runs, in two bits each.
pub(crate) struct History {
    /// Names of tests: the profile, NUL, the id. An argument, which a profile is made of, cannot
    /// hold NUL.
    names: Names,
    /// So many bytes a test.
    stride: usize,
    results: Vec<u8>,
    /// Results whose attempts differ, which are few: number of the test and of the run.
    differing: BTreeSet<(usize, usize)>,
    /// For each test, in which runs it was good and how long it took then.
    seconds: Vec<Vec<(usize, f32)>>,
    /// What else is known: number of the run and of the test, in this order.
    details: Vec<(usize, usize, Detail)>,
    keeps: Keeps,
    runs: usize,
    /// The run that is read: the last attempt of each test on each route.
    attempts: HashMap<(usize, usize), Attempt>,
    routes: Names,
    name: String,
}

/// What is kept besides results.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keeps {
    pub(crate) seconds: bool,
    pub(crate) details: bool,
}

/// What became of a test in a run. The greatest one on any route counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Absent,
    Skipped,
    Good,
    Bad,
}

/// The last attempt on a route that was not silent.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) kind: Kind,
    /// Whether one before had another result.
    differs: bool,
    /// How long it took.
    pub(crate) seconds: Option<f32>,
    pub(crate) detail: Option<Detail>,
}

/// What is shown of a single test.
#[derive(Clone, Debug)]
pub(crate) struct Detail {
    pub(crate) status: Status,
    pub(crate) seconds: Option<f32>,
    pub(crate) worker: String,
    /// The first line of the failure.
    pub(crate) message: String,
    /// Whether attempts differed.
    pub(crate) differs: bool,
}

/// A test over all runs.
#[derive(Clone, Copy)]
pub(crate) struct TestHistory<'a> {
    pub(crate) id: &'a str,
    pub(crate) profile: &'a str,
    number: usize,
    history: &'a History,
}

impl Kind {
    pub(crate) fn of(status: Status) -> Self {
        match status {
            Status::Exists => Self::Absent,
            Status::Skip => Self::Skipped,
            Status::Success | Status::ExpectedFailure => Self::Good,
            Status::Fail | Status::UnexpectedSuccess | Status::InProgress => Self::Bad,
        }
    }

    /// Whether it tells whether the test works.
    pub(crate) fn is_telling(self) -> bool {
        self >= Self::Good
    }
}

impl Attempt {
    pub(crate) fn new(kind: Kind, seconds: Option<f32>, detail: Option<Detail>) -> Self {
        Self { kind, differs: false, seconds, detail }
    }

    /// Another attempt has ended. A skip changes nothing.
    fn then(&mut self, next: Self) {
        if next.kind < Kind::Good && self.kind.is_telling() {
            return;
        }
        let differs = self.differs || self.kind.is_telling() && self.kind != next.kind;
        *self = Self { differs, ..next };
    }
}

impl History {
    const MASK: u8 = 0b11;
    const A_BYTE: usize = 4;

    pub(crate) fn new(runs: usize, keeps: Keeps) -> Self {
        Self {
            names: Names::default(),
            stride: runs.div_ceil(Self::A_BYTE),
            results: Vec::new(),
            differing: BTreeSet::new(),
            seconds: Vec::new(),
            details: Vec::new(),
            keeps,
            runs,
            attempts: HashMap::new(),
            routes: Names::default(),
            name: String::new(),
        }
    }

    pub(crate) fn keeps(&self) -> Keeps {
        self.keeps
    }

    /// How many runs there are.
    pub(crate) fn runs(&self) -> usize {
        self.runs
    }

    /// Adds an attempt to the run that is read.
    pub(crate) fn attempt(&mut self, id: &str, profile: &str, route: &str, attempt: Attempt) {
        self.name.clear();
        self.name.extend([profile, "\0", id]);
        let key = (self.names.number(&self.name), self.routes.number(route));
        match self.attempts.get_mut(&key) {
            Some(known) => known.then(attempt),
            None => drop(self.attempts.insert(key, attempt)),
        }
    }

    /// The run of this number has been read.
    pub(crate) fn end_run(&mut self, run: usize) {
        self.results.resize(self.names.len() * self.stride, 0);
        for ((test, _), attempt) in &self.attempts {
            let place = test * self.stride + run / Self::A_BYTE;
            let shift = run % Self::A_BYTE * 2;
            let known = Kind::from_bits(self.results[place] >> shift);
            self.results[place] &= !(Self::MASK << shift);
            self.results[place] |= (known.max(attempt.kind) as u8) << shift;
            if attempt.differs {
                self.differing.insert((*test, run));
            }
        }
        if self.keeps.seconds {
            self.keep_seconds(run);
        }
        if self.keeps.details {
            self.keep_details(run);
        }
        self.attempts.clear();
    }

    /// Of several good routes the slowest one counts.
    fn keep_seconds(&mut self, run: usize) {
        self.seconds.resize_with(self.names.len(), Vec::new);
        for ((test, _), attempt) in &self.attempts {
            let Some(seconds) = attempt.seconds else { continue };
            if self.kind(*test, run) != Kind::Good {
                continue;
            }
            let of_test = &mut self.seconds[*test];
            match of_test.last_mut().filter(|(last, _)| *last == run) {
                Some((_, slowest)) => *slowest = slowest.max(seconds),
                None => of_test.push((run, seconds)),
            }
        }
    }

    /// What is known of the route that counts.
    fn keep_details(&mut self, run: usize) {
        let mut attempts: Vec<_> = self.attempts.iter().collect();
        let rank = |((test, route), attempt): (&(usize, usize), &Attempt)| {
            (*test, Reverse(attempt.kind), Reverse(attempt.seconds.map(f32::to_bits)), *route)
        };
        attempts.sort_unstable_by_key(|attempt| rank(*attempt));
        attempts.dedup_by_key(|((test, _), _)| *test);
        for ((test, _), attempt) in attempts {
            if let Some(detail) = attempt.detail.clone() {
                let differs = self.differing.contains(&(*test, run));
                self.details.push((run, *test, Detail { differs, ..detail }));
            }
        }
    }

    fn kind(&self, test: usize, run: usize) -> Kind {
        Kind::from_bits(self.results[test * self.stride + run / Self::A_BYTE] >> (run % Self::A_BYTE * 2))
    }

    /// All tests, in the order in which they first ended.
    pub(crate) fn tests(&self) -> impl Iterator<Item = TestHistory<'_>> {
        self.names.iter().enumerate().map(|(number, name)| {
            let (profile, id) = name.split_once('\0').unwrap_or_default();
            TestHistory { id, profile, number, history: self }
        })
    }
}

impl Kind {
    fn from_bits(bits: u8) -> Self {
        match bits & History::MASK {
            0 => Self::Absent,
            1 => Self::Skipped,
            2 => Self::Good,
            _ => Self::Bad,
        }
    }
}

impl<'a> TestHistory<'a> {
    pub(crate) fn kind(&self, run: usize) -> Kind {
        self.history.kind(self.number, run)
    }

    /// Whether attempts in a run differ.
    pub(crate) fn differs(&self, run: usize) -> bool {
        self.history.differing.contains(&(self.number, run))
    }

    pub(crate) fn story(&self) -> Story {
        Story::of((0..self.history.runs).map(|run| (self.kind(run), self.differs(run))))
    }

    /// How long it took in runs in which it was good, the oldest first.
    pub(crate) fn seconds(&self) -> Vec<f32> {
        let of_test = self.history.seconds.get(self.number);
        of_test.into_iter().flatten().map(|(_, seconds)| *seconds).collect()
    }

    /// What else is known of it in a run.
    pub(crate) fn detail(&self, run: usize) -> Option<&'a Detail> {
        let details = &self.history.details;
        let found = details.binary_search_by_key(&(run, self.number), |(in_run, test, _)| (*in_run, *test));
        found.ok().map(|place| &details[place].2)
    }
}
