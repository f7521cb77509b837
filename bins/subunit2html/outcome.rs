//! What became of a test.

use subunit_codec::{PARSER_TEST_ID, Status};

/// What became of a test, the worst first: a bar of several tests has the colour of the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Damage,
    Failed,
    UnexpectedSuccess,
    Unfinished,
    Skipped,
    ExpectedFailure,
    Passed,
    Listed,
}

impl Outcome {
    pub(crate) const ALL: [Self; 8] = [
        Self::Damage,
        Self::Failed,
        Self::UnexpectedSuccess,
        Self::Unfinished,
        Self::Skipped,
        Self::ExpectedFailure,
        Self::Passed,
        Self::Listed,
    ];

    pub(crate) fn of(id: &str, status: Status) -> Self {
        match status {
            Status::Fail if id == PARSER_TEST_ID => Self::Damage,
            Status::Fail => Self::Failed,
            Status::UnexpectedSuccess => Self::UnexpectedSuccess,
            Status::InProgress => Self::Unfinished,
            Status::Skip => Self::Skipped,
            Status::ExpectedFailure => Self::ExpectedFailure,
            Status::Success => Self::Passed,
            Status::Exists => Self::Listed,
        }
    }

    /// The word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Damage => "damage",
            Self::Failed => "failed",
            Self::UnexpectedSuccess => "unexpected success",
            Self::Unfinished => "unfinished",
            Self::Skipped => "skipped",
            Self::ExpectedFailure => "expected failure",
            Self::Passed => "passed",
            Self::Listed => "not run",
        }
    }

    /// The class by which the style and the script know it.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::UnexpectedSuccess => "uxsuccess",
            Self::ExpectedFailure => "xfail",
            Self::Listed => "listed",
            other => other.word(),
        }
    }

    pub(crate) fn is_failure(self) -> bool {
        self <= Self::Unfinished
    }
}
