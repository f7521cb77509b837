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
    /// The size of a row, in bytes.
    stride: usize,
    results: Vec<u8>,
    /// Results whose attempts differ, which are few: number of the test and of the run.
    differing: BTreeSet<(usize, usize)>,
    /// For each test, how long it took when it was good.
    seconds: Vec<Seconds>,
    /// What else is known: number of the run and of the test, in this order.
    details: Vec<(usize, usize, Detail)>,
    keeps: Keeps,
    runs: usize,
    current: Run,
    name: String,
    /// A guess at the test of the next attempt: tests mostly run in the same order.
    guess: usize,
}

/// The run that is read.
#[derive(Default)]
struct Run {
    /// The last attempt of each test on each route.
    attempts: Vec<Attempt>,
    /// For each test, one more than the place of its first attempt, or 0.
    first: Vec<usize>,
    /// The places of its attempts on other routes, by test and route.
    others: HashMap<(usize, usize), usize>,
    routes: Names,
    /// What is shown of each attempt, if that is kept.
    details: Vec<Detail>,
}

/// Durations of a test, the oldest first.
#[derive(Clone, Default)]
struct Seconds {
    /// The run that the last one is of.
    run: usize,
    all: Vec<f32>,
}

/// What is kept besides results.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keeps {
    pub(crate) seconds: bool,
    pub(crate) details: bool,
}

/// The result of a test in a run: the greatest of its routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Absent,
    Skipped,
    Good,
    Bad,
}

/// The last attempt on a route that was not silent.
#[derive(Clone, Copy, Debug)]
struct Attempt {
    test: usize,
    route: usize,
    kind: Kind,
    /// Whether one before had another result.
    differs: bool,
    /// How long it took.
    seconds: Option<f32>,
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

    /// Whether it is good or bad.
    pub(crate) fn is_telling(self) -> bool {
        self >= Self::Good
    }
}

impl Run {
    /// Adds an attempt.
    fn add(&mut self, test: usize, route: &str, kind: Kind, seconds: Option<f32>, detail: Option<Detail>) {
        // Most results have no route.
        let route = if route.is_empty() { 0 } else { 1 + self.routes.number(route) };
        let next = self.attempts.len();
        if test >= self.first.len() {
            self.first.resize(test + 1, 0);
        }
        let place = match &mut self.first[test] {
            first @ 0 => {
                *first = next + 1;
                next
            }
            first if self.attempts[*first - 1].route == route => *first - 1,
            _ => *self.others.entry((test, route)).or_insert(next),
        };
        let attempt = Attempt { test, route, kind, differs: false, seconds };
        let Some(known) = self.attempts.get_mut(place) else {
            self.attempts.push(attempt);
            self.details.extend(detail);
            return;
        };
        let counts = known.then(attempt);
        if let (true, Some(known), Some(detail)) = (counts, self.details.get_mut(place), detail) {
            *known = detail;
        }
    }

    fn clear(&mut self) {
        for attempt in &self.attempts {
            self.first[attempt.test] = 0;
        }
        self.attempts.clear();
        self.others.clear();
        self.details.clear();
    }
}

impl Attempt {
    /// Another attempt has ended, and counts unless it is a skip.
    fn then(&mut self, next: Self) -> bool {
        let counts = next.kind.is_telling() || !self.kind.is_telling();
        if counts {
            let differs = self.differs || self.kind.is_telling() && self.kind != next.kind;
            *self = Self { differs, ..next };
        }
        counts
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
            current: Run::default(),
            name: String::new(),
            guess: 0,
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
    pub(crate) fn attempt(
        &mut self,
        id: &str,
        profile: &str,
        route: &str,
        kind: Kind,
        seconds: Option<f32>,
        detail: Option<Detail>,
    ) {
        self.name.clear();
        self.name.extend([profile, "\0", id]);
        let is_guess = self.names.get(self.guess) == Some(&self.name);
        let test = if is_guess { self.guess } else { self.names.number(&self.name) };
        self.guess = test + 1;
        self.current.add(test, route, kind, seconds, detail);
    }

    /// The run of this number has been read.
    pub(crate) fn end_run(&mut self, run: usize) {
        self.results.resize(self.names.len() * self.stride, 0);
        for attempt in &self.current.attempts {
            let place = attempt.test * self.stride + run / Self::A_BYTE;
            let shift = run % Self::A_BYTE * 2;
            let known = Kind::from_bits(self.results[place] >> shift);
            self.results[place] &= !(Self::MASK << shift);
            self.results[place] |= (known.max(attempt.kind) as u8) << shift;
            if attempt.differs {
                self.differing.insert((attempt.test, run));
            }
        }
        if self.keeps.seconds {
            self.keep_seconds(run);
        }
        if self.keeps.details {
            self.keep_details(run);
        }
        self.current.clear();
        self.guess = 0;
    }

    /// Of several good routes the slowest one counts.
    fn keep_seconds(&mut self, run: usize) {
        self.seconds.resize_with(self.names.len(), Seconds::default);
        for attempt in &self.current.attempts {
            let Some(seconds) = attempt.seconds.filter(|_| self.kind(attempt.test, run) == Kind::Good) else {
                continue;
            };
            let Seconds { run: of, all } = &mut self.seconds[attempt.test];
            match all.last_mut().filter(|_| *of == run) {
                Some(slowest) => *slowest = slowest.max(seconds),
                None => all.push(seconds),
            }
            *of = run;
        }
    }

    /// What is known of the route that counts.
    fn keep_details(&mut self, run: usize) {
        let mut attempts: Vec<_> = self.current.attempts.iter().zip(&self.current.details).collect();
        // The bits of non-negative floats sort like their values.
        attempts.sort_by_key(|(it, _)| (it.test, Reverse((it.kind, it.seconds.map(f32::to_bits)))));
        attempts.dedup_by_key(|(attempt, _)| attempt.test);
        for (Attempt { test, .. }, detail) in attempts {
            let differs = self.differing.contains(&(*test, run));
            self.details.push((run, *test, Detail { differs, ..detail.clone() }));
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
    pub(crate) fn seconds(&self) -> &'a [f32] {
        self.history.seconds.get(self.number).map_or(&[], |seconds| &seconds.all)
    }

    /// What else is known of it in a run.
    pub(crate) fn detail(&self, run: usize) -> Option<&'a Detail> {
        let details = &self.history.details;
        let found = details.binary_search_by_key(&(run, self.number), |(in_run, test, _)| (*in_run, *test));
        found.ok().map(|place| &details[place].2)
    }
}
