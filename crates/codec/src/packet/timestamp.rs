//! When something happened.

use std::cmp::Ordering;
use std::time::Duration;

use crate::packet::number;

/// A point in time: seconds and nanoseconds since 1970-01-01 00:00 UTC, leap seconds not counted.
///
/// Both parts are kept as they were written. A stream may hold a nanosecond part of a second or
/// more (the number has 30 bits); such a part carries over into the seconds when timestamps are
/// compared or subtracted.
///
/// Protocol, version 2, "timestamp": 32 bits of seconds, then a number of nanoseconds. The range
/// ends in February 2106.
///
/// ```
/// use subunit_codec::Timestamp;
///
/// let start = Timestamp::new(1_000, 900_000_000).ok_or("out of range")?;
/// let stop = Timestamp::new(1_001, 100_000_000).ok_or("out of range")?;
/// assert_eq!(stop.seconds_since(start), 0.2);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp {
    seconds: u32,
    nanoseconds: u32,
}

impl Timestamp {
    /// A timestamp of `seconds` and `nanoseconds`, or `None` when the nanoseconds do not fit the
    /// protocol's 30 bits.
    ///
    /// ```
    /// # use subunit_codec::Timestamp;
    /// assert!(Timestamp::new(1_700_000_000, 999_999_999).is_some());
    /// assert!(Timestamp::new(1_700_000_000, 1 << 30).is_none());
    /// ```
    #[must_use]
    pub fn new(seconds: u32, nanoseconds: u32) -> Option<Self> {
        (nanoseconds <= number::MAX).then_some(Self { seconds, nanoseconds })
    }

    /// Whole seconds since the epoch, as written.
    #[must_use]
    pub fn seconds(self) -> u32 {
        self.seconds
    }

    /// Nanoseconds past [`seconds`](Self::seconds), as written: at most 2³⁰ - 1, so possibly more
    /// than a second.
    #[must_use]
    pub fn nanoseconds(self) -> u32 {
        self.nanoseconds
    }

    /// The time since the epoch.
    ///
    /// ```
    /// # use subunit_codec::Timestamp;
    /// let time = Timestamp::new(1, 1_000_000_001).ok_or("out of range")?;
    /// assert_eq!(time.since_epoch().as_nanos(), 2_000_000_001);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn since_epoch(self) -> Duration {
        Duration::new(u64::from(self.seconds), self.nanoseconds)
    }

    /// The time from `earlier` to `self`: nothing when `earlier` is the later of the two (clocks do
    /// step back).
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use subunit_codec::Timestamp;
    /// let start = Timestamp::new(1, 500_000_000).ok_or("out of range")?;
    /// let stop = Timestamp::new(3, 0).ok_or("out of range")?;
    /// assert_eq!(stop.since(start), Duration::from_millis(1500));
    /// assert_eq!(start.since(stop), Duration::ZERO);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.since_epoch().saturating_sub(earlier.since_epoch())
    }

    /// Seconds from `earlier` to `self`: negative when `earlier` is the later of the two (clocks do
    /// step back).
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        let (this, that) = (self.since_epoch(), earlier.since_epoch());
        if this >= that { this.abs_diff(that).as_secs_f64() } else { -this.abs_diff(that).as_secs_f64() }
    }
}

impl Ord for Timestamp {
    /// By the moment; two spellings of one moment (1 s + 10⁹ ns, 2 s) by their seconds, so that the
    /// order agrees with `==`.
    fn cmp(&self, other: &Self) -> Ordering {
        self.since_epoch().cmp(&other.since_epoch()).then(self.seconds.cmp(&other.seconds))
    }
}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u32, nanoseconds: u32) -> Timestamp {
        Timestamp::new(seconds, nanoseconds).unwrap()
    }

    #[test]
    fn nanoseconds_beyond_thirty_bits_are_refused() {
        assert_eq!(Timestamp::new(0, 1 << 30), None);
        assert!(Timestamp::new(u32::MAX, (1 << 30) - 1).is_some(), "the latest timestamp there is");
    }

    #[test]
    fn a_nanosecond_part_beyond_a_second_counts_in_the_order() {
        assert!(at(1, 1_073_741_823) > at(2, 0));
        assert!(at(1, 1_000_000_000) < at(2, 0), "one moment, two spellings: by seconds");
        assert_ne!(at(1, 1_000_000_000), at(2, 0), "spellings are kept apart");
    }

    #[test]
    fn a_clock_that_steps_back_gives_a_negative_time() {
        assert!((at(5, 0).seconds_since(at(7, 500_000_000)) + 2.5).abs() < 1e-9);
    }
}
