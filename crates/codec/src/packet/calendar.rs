//! Timestamps as other libraries have them, and as text.

use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

use crate::packet::timestamp::Timestamp;

/// Why something is no [`Timestamp`].
///
/// ```
/// use subunit_codec::{Timestamp, TimestampErrorKind};
///
/// let error = "2106-02-07T06:28:16Z".parse::<Timestamp>().unwrap_err();
/// assert_eq!(error.kind(), TimestampErrorKind::OutOfRange);
/// assert_eq!(error.to_string(), "not a time between 1970 and 2106");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampError {
    kind: TimestampErrorKind,
}

/// The ways in which something is no [`Timestamp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampErrorKind {
    /// It is before 1970, or after 2106-02-07 06:28:15 UTC.
    OutOfRange,
    /// The text is not RFC 3339.
    Syntax,
}

impl TimestampError {
    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> TimestampErrorKind {
        self.kind
    }
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            TimestampErrorKind::OutOfRange => "not a time between 1970 and 2106",
            TimestampErrorKind::Syntax => "not a time in RFC 3339",
        })
    }
}

impl Error for TimestampError {}

const OUT_OF_RANGE: TimestampError = TimestampError { kind: TimestampErrorKind::OutOfRange };

impl Timestamp {
    /// The time of the system's clock; `None` if the clock is set to a time that no packet can
    /// hold, before 1970 or after 2106.
    ///
    /// ```
    /// use subunit_codec::{Event, Status, Timestamp};
    ///
    /// let started = Event::test("net.Ping").status(Status::InProgress);
    /// let event = Event { timestamp: Timestamp::now(), ..started };
    /// assert!(event.timestamp > Timestamp::new(1_700_000_000, 0));
    /// ```
    #[must_use]
    pub fn now() -> Option<Self> {
        SystemTime::now().try_into().ok()
    }

    fn after_epoch(duration: Duration) -> Result<Self, TimestampError> {
        let seconds = u32::try_from(duration.as_secs()).map_err(|_| OUT_OF_RANGE)?;
        Self::new(seconds, duration.subsec_nanos()).ok_or(OUT_OF_RANGE)
    }
}

/// ```
/// use std::time::{Duration, SystemTime};
/// use subunit_codec::Timestamp;
///
/// let time = Timestamp::new(1, 500_000_000).ok_or("out of range")?;
/// assert_eq!(SystemTime::from(time), SystemTime::UNIX_EPOCH + Duration::from_millis(1500));
/// # Ok::<(), &str>(())
/// ```
impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        Self::UNIX_EPOCH + time.since_epoch()
    }
}

/// ```
/// use std::time::{Duration, SystemTime};
/// use subunit_codec::Timestamp;
///
/// let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1500);
/// assert_eq!(Timestamp::try_from(time).ok(), Timestamp::new(1, 500_000_000));
/// assert!(Timestamp::try_from(SystemTime::UNIX_EPOCH - Duration::from_secs(1)).is_err());
/// ```
impl TryFrom<SystemTime> for Timestamp {
    type Error = TimestampError;

    fn try_from(time: SystemTime) -> Result<Self, TimestampError> {
        Self::after_epoch(time.duration_since(SystemTime::UNIX_EPOCH).map_err(|_| OUT_OF_RANGE)?)
    }
}

/// A nanosecond part of a second or more carries over into the seconds.
///
/// ```
/// use chrono::{DateTime, Datelike, Utc};
/// use subunit_codec::Timestamp;
///
/// let time = Timestamp::new(1_700_000_000, 0).ok_or("out of range")?;
/// assert_eq!(DateTime::<Utc>::from(time).year(), 2023);
/// # Ok::<(), &str>(())
/// ```
impl From<Timestamp> for DateTime<Utc> {
    fn from(time: Timestamp) -> Self {
        Self::UNIX_EPOCH + time.since_epoch()
    }
}

/// A leap second becomes the first second of the next minute.
///
/// ```
/// use chrono::DateTime;
/// use subunit_codec::Timestamp;
///
/// let time = DateTime::from_timestamp(1_700_000_000, 5).ok_or("out of range")?;
/// assert_eq!(Timestamp::try_from(time).ok(), Timestamp::new(1_700_000_000, 5));
/// assert!(Timestamp::try_from(DateTime::from_timestamp(-1, 0).ok_or("out of range")?).is_err());
/// # Ok::<(), &str>(())
/// ```
impl TryFrom<DateTime<Utc>> for Timestamp {
    type Error = TimestampError;

    fn try_from(time: DateTime<Utc>) -> Result<Self, TimestampError> {
        let seconds = u32::try_from(time.timestamp()).map_err(|_| OUT_OF_RANGE)?;
        // chrono counts the nanoseconds of a leap second on from a billion.
        Self::after_epoch(Duration::new(seconds.into(), time.timestamp_subsec_nanos()))
    }
}

/// RFC 3339 in UTC, with as many digits of the second as it needs: none, 3, 6 or 9.
///
/// ```
/// use subunit_codec::Timestamp;
///
/// let time = Timestamp::new(1_700_000_000, 250_000_000).ok_or("out of range")?;
/// assert_eq!(time.to_string(), "2023-11-14T22:13:20.250Z");
/// # Ok::<(), &str>(())
/// ```
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // chrono documents that this is ISO 8601. Its other ways there make a string first.
        write!(f, "{:?}Z", DateTime::<Utc>::from(*self).naive_utc())
    }
}

/// Reads RFC 3339, with any offset from UTC. Digits of the second after the ninth do not count.
///
/// ```
/// use subunit_codec::Timestamp;
///
/// let time: Timestamp = "2023-11-14T23:13:20.25+01:00".parse()?;
/// assert_eq!(time.to_string(), "2023-11-14T22:13:20.250Z");
/// # Ok::<(), subunit_codec::TimestampError>(())
/// ```
impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let syntax = TimestampError { kind: TimestampErrorKind::Syntax };
        DateTime::parse_from_rfc3339(text).map_err(|_| syntax)?.to_utc().try_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u32, nanoseconds: u32) -> Timestamp {
        Timestamp::new(seconds, nanoseconds).unwrap()
    }

    #[test]
    fn a_time_has_the_digits_that_it_needs() {
        for (nanoseconds, text) in [
            (0, "1970-01-01T00:00:07Z"),
            (120_000_000, "1970-01-01T00:00:07.120Z"),
            (120, "1970-01-01T00:00:07.000000120Z"),
            (5_000, "1970-01-01T00:00:07.000005Z"),
        ] {
            assert_eq!(at(7, nanoseconds).to_string(), text);
            assert_eq!(text.parse(), Ok(at(7, nanoseconds)));
        }
        assert_eq!(at(u32::MAX, 1_073_741_823).to_string(), "2106-02-07T06:28:16.073741823Z", "the latest there is");
    }

    #[test]
    fn times_go_to_other_libraries_and_back() {
        for time in [at(0, 0), at(951_782_400, 1), at(u32::MAX, 999_999_999)] {
            assert_eq!(Timestamp::try_from(SystemTime::from(time)), Ok(time));
            assert_eq!(Timestamp::try_from(DateTime::<Utc>::from(time)), Ok(time));
        }
        let carried = at(1, 1_000_000_001);
        assert_eq!(Timestamp::try_from(SystemTime::from(carried)), Ok(at(2, 1)));
        assert_eq!(Timestamp::try_from(DateTime::<Utc>::from(carried)), Ok(at(2, 1)));
    }

    #[test]
    fn what_no_packet_can_hold_is_out_of_range() {
        let after = Duration::from_secs(1 << 32);
        assert_eq!(Timestamp::try_from(SystemTime::UNIX_EPOCH + after), Err(OUT_OF_RANGE));
        assert_eq!(Timestamp::try_from(DateTime::UNIX_EPOCH + after), Err(OUT_OF_RANGE));
        assert_eq!(Timestamp::try_from(DateTime::<Utc>::MAX_UTC), Err(OUT_OF_RANGE));
        for text in ["1969-12-31T23:59:59Z", "1970-01-01T00:59:59+01:00", "2106-02-07T06:28:16Z"] {
            assert_eq!(text.parse::<Timestamp>(), Err(OUT_OF_RANGE), "{text}");
        }
        for text in ["", "now", "2023-11-14", "2023-11-14T22:13:20", "2023-02-29T00:00:00Z"] {
            assert_eq!(text.parse::<Timestamp>().unwrap_err().kind(), TimestampErrorKind::Syntax, "{text}");
        }
    }

    #[test]
    fn a_leap_second_is_the_next_second() {
        assert_eq!("2016-12-31T23:59:60.5Z".parse(), Ok(at(1_483_228_800, 500_000_000)));
    }
}
