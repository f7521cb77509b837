//! What became of a test.

use std::fmt;
use std::str::FromStr;

use crate::packet::header::flag;

/// The status that a packet gives a test.
///
/// Protocol, version 2, "test status". The three bits of a packet that stand for no status are
/// `Option::None` in this crate. Names, in and out, are the ones that testtools and python-subunit
/// use:
///
/// ```
/// use subunit_codec::Status;
///
/// assert_eq!(Status::ExpectedFailure.to_string(), "xfail");
/// assert_eq!("uxsuccess".parse(), Ok(Status::UnexpectedSuccess));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// `exists`: the test was found, not run.
    Exists,
    /// `inprogress`: the test has begun.
    InProgress,
    /// `success`: it passed.
    Success,
    /// `uxsuccess`: it passed and should have failed; counts as a failure.
    UnexpectedSuccess,
    /// `skip`: it was not run, for a reason.
    Skip,
    /// `fail`: it failed or broke; version 2 does not tell the two apart.
    Fail,
    /// `xfail`: it failed, as it should; counts as a success.
    ExpectedFailure,
}

impl Status {
    /// Every status, in the order of their values in a packet, from 1 on.
    pub const ALL: [Self; 7] = [
        Self::Exists,
        Self::InProgress,
        Self::Success,
        Self::UnexpectedSuccess,
        Self::Skip,
        Self::Fail,
        Self::ExpectedFailure,
    ];

    /// The name in streams for people and in option values.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exists => "exists",
            Self::InProgress => "inprogress",
            Self::Success => "success",
            Self::UnexpectedSuccess => "uxsuccess",
            Self::Skip => "skip",
            Self::Fail => "fail",
            Self::ExpectedFailure => "xfail",
        }
    }

    /// Whether nothing more becomes of a test: all but `inprogress`. `exists` is the first and last
    /// status of a test of its own.
    #[must_use]
    pub fn is_final(self) -> bool {
        self != Self::InProgress
    }

    /// Whether a test that is left with this status is a failure: `fail`, `uxsuccess`, and
    /// `inprogress`, for a test that never finished.
    ///
    /// ```
    /// use subunit_codec::Status;
    ///
    /// let failures = Status::ALL.into_iter().filter(|status| status.is_failure());
    /// let failures: Vec<Status> = failures.collect();
    /// assert_eq!(failures, [Status::InProgress, Status::UnexpectedSuccess, Status::Fail]);
    /// ```
    #[must_use]
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Fail | Self::UnexpectedSuccess | Self::InProgress)
    }

    /// The status in the low three bits of a packet's flags.
    pub(crate) fn from_flags(flags: u16) -> Option<Self> {
        Self::ALL.get(usize::from(flags & flag::STATUS).checked_sub(1)?).copied()
    }

    /// The three bits for this status.
    pub(crate) fn bits(self) -> u16 {
        self as u16 + 1
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(name: &str) -> Result<Self, UnknownStatus> {
        Self::ALL.into_iter().find(|status| status.name() == name).ok_or(UnknownStatus)
    }
}

/// The error for a name that is no [`Status`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownStatus;

impl fmt::Display for UnknownStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not one of exists, inprogress, success, uxsuccess, skip, fail, xfail")
    }
}

impl std::error::Error for UnknownStatus {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_bits_and_its_name() {
        assert_eq!(Status::from_flags(0x2908), None, "bits 000 are no status");
        for status in Status::ALL {
            assert_eq!(Status::from_flags(0x2900 | status.bits()), Some(status));
            assert_eq!(status.name().parse(), Ok(status));
        }
        assert_eq!("passed".parse::<Status>(), Err(UnknownStatus));
    }
}
