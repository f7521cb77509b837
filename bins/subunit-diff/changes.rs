//! What has changed between two runs.

use std::time::Duration;

use subunit_cli::TestKey;

use crate::run::{Kind, Run, TestResult};

/// What has changed between two runs.
pub(crate) struct Changes<'a> {
    /// Tests that are not as before, and those that are still bad: in the order of the later run,
    /// then those that are gone.
    pub(crate) tests: Vec<Change<'a>>,
    /// What is wrong with packets of the later run.
    pub(crate) damage: &'a [String],
    pub(crate) as_before: u64,
}

/// What has changed about a test.
pub(crate) struct Change<'a> {
    pub(crate) class: Class,
    pub(crate) test: &'a TestKey,
    pub(crate) old: Option<&'a TestResult>,
    pub(crate) new: Option<&'a TestResult>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Broken,
    Fixed,
    StillBad,
    New,
    NewAndBad,
    Gone,
    SkippedNow,
    RunAgain,
    /// It was skipped, and is bad.
    RunAgainAndBad,
    Slower,
}

/// When a test is slower.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slower {
    pub(crate) factor: f64,
    pub(crate) min_time: Duration,
}

impl Class {
    /// All of them, as they are summed up.
    pub(crate) const ALL: [Self; 10] = [
        Self::Broken,
        Self::Fixed,
        Self::New,
        Self::NewAndBad,
        Self::Gone,
        Self::SkippedNow,
        Self::RunAgain,
        Self::RunAgainAndBad,
        Self::Slower,
        Self::StillBad,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Fixed => "fixed",
            Self::StillBad => "still bad",
            Self::New => "new",
            Self::NewAndBad => "new and bad",
            Self::Gone => "gone",
            Self::SkippedNow => "skipped now",
            Self::RunAgain => "run again",
            Self::RunAgainAndBad => "run again and bad",
            Self::Slower => "slower",
        }
    }

    pub(crate) fn mark(self) -> char {
        match self {
            Self::Broken | Self::NewAndBad | Self::RunAgainAndBad => '!',
            Self::Fixed | Self::New | Self::RunAgain => '+',
            Self::Gone | Self::SkippedNow => '-',
            Self::Slower => '~',
            Self::StillBad => '=',
        }
    }

    /// Whether the later run is worse for it.
    fn is_worse(self) -> bool {
        matches!(self, Self::Broken | Self::NewAndBad | Self::RunAgainAndBad | Self::Gone)
    }
}

impl<'a> Changes<'a> {
    pub(crate) fn between(old: &'a Run, new: &'a Run, slower: Option<Slower>) -> Self {
        let mut changes = Self { tests: Vec::new(), damage: &new.damage, as_before: 0 };
        for (test, now) in new.tests() {
            let before = old.result(test);
            match class(before, now, slower) {
                Some(class) => changes.tests.push(Change { class, test, old: before, new: Some(now) }),
                None => changes.as_before += 1,
            }
        }
        let gone = old.tests().into_iter().filter(|(test, _)| new.result(test).is_none());
        changes.tests.extend(gone.map(|(test, before)| Change {
            class: Class::Gone,
            test,
            old: Some(before),
            new: None,
        }));
        changes
    }

    /// Whether the later run is worse.
    pub(crate) fn are_for_the_worse(&self) -> bool {
        !self.damage.is_empty() || self.tests.iter().any(|change| change.class.is_worse())
    }

    /// How many tests are of a class.
    pub(crate) fn count(&self, class: Class) -> u64 {
        self.tests.iter().filter(|change| change.class == class).count() as u64
    }
}

/// The class of a test; `None` if it is as before.
fn class(before: Option<&TestResult>, now: &TestResult, slower: Option<Slower>) -> Option<Class> {
    let Some(before) = before else {
        return Some(if now.kind() == Kind::Bad { Class::NewAndBad } else { Class::New });
    };
    match (before.kind(), now.kind()) {
        (Kind::Good, Kind::Bad) => Some(Class::Broken),
        (Kind::Bad, Kind::Good) => Some(Class::Fixed),
        (Kind::Bad, Kind::Bad) => Some(Class::StillBad),
        (Kind::Good | Kind::Bad, Kind::Skipped) => Some(Class::SkippedNow),
        (Kind::Skipped, Kind::Good) => Some(Class::RunAgain),
        (Kind::Skipped, Kind::Bad) => Some(Class::RunAgainAndBad),
        (Kind::Skipped, Kind::Skipped) => None,
        (Kind::Good, Kind::Good) => {
            let (slower, (before, now)) = slower.zip(before.duration.zip(now.duration))?;
            let is_slower = now > slower.min_time && now.as_secs_f64() > slower.factor * before.as_secs_f64();
            is_slower.then_some(Class::Slower)
        }
    }
}
