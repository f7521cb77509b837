//! When test cases ran.

use std::time::Duration;

use subunit_codec::Timestamp;

/// When the next test case begins: right after the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// Since 1970.
    now: Duration,
    /// Whether the report does not say when it was.
    pub(super) is_made_up: bool,
}

/// 2000-01-01, as in python-subunit.
const MADE_UP: Duration = Duration::from_secs(946_684_800);
/// No test case takes longer, in seconds: about thirty years.
const LONGEST: f64 = 1e9;

impl Default for Clock {
    fn default() -> Self {
        Self { now: MADE_UP, is_made_up: true }
    }
}

impl Clock {
    /// A clock that begins at the time of a suite or case. Without a time zone, it is UTC.
    pub(super) fn at(timestamp: &str) -> Option<Self> {
        let text = timestamp.trim();
        let time: Timestamp = text.parse().or_else(|_| format!("{text}Z").parse()).ok()?;
        Some(Self { now: time.since_epoch(), is_made_up: false })
    }

    pub(super) fn now(self) -> Option<Timestamp> {
        let seconds = u32::try_from(self.now.as_secs()).ok()?;
        Timestamp::new(seconds, self.now.subsec_nanos())
    }

    pub(super) fn advance(&mut self, time: Duration) {
        self.now = self.now.saturating_add(time);
    }
}

/// Reads the duration of a test case: `0.5`, `1,234.5`, `1,234`, `0,015`. A comma is a decimal
/// point unless three digits follow a number that is not 0.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let number = match text.split_once(',') {
        Some((whole, rest)) if !rest.contains(['.', ',']) && (rest.len() != 3 || whole == "0") => {
            text.replace(',', ".")
        }
        _ => text.replace(',', ""),
    };
    let seconds: f64 = number.parse().ok()?;
    let is_sensible = (0.0..=LONGEST).contains(&seconds);
    is_sensible.then(|| Duration::try_from_secs_f64(seconds).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, milliseconds) in [
            ("0.5", Some(500)),
            (" 1e-3 ", Some(1)),
            ("1,234.5", Some(1_234_500)),
            ("1,234", Some(1_234_000)),
            ("1,234,567", Some(1_234_567_000)),
            ("0,015", Some(15)),
            ("12,5", Some(12_500)),
            ("0", Some(0)),
            ("NaN", None),
            ("inf", None),
            ("-1", None),
            ("1e12", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(duration(text), milliseconds.map(Duration::from_millis), "{text:?}");
        }
    }

    #[test]
    fn times_may_lack_a_zone() {
        let seconds = |text| Clock::at(text).and_then(Clock::now).map(|time| (time.seconds(), time.nanoseconds()));
        assert_eq!(seconds("2026-11-26T02:50:03"), Some((1_795_661_403, 0)));
        assert_eq!(seconds("2026-11-26T02:50:03.5"), Some((1_795_661_403, 500_000_000)));
        assert_eq!(seconds("2026-11-26T03:50:03+01:00"), Some((1_795_661_403, 0)));
        assert_eq!(seconds("yesterday"), None);
        assert_eq!(Clock::default().now().map(Timestamp::seconds), Some(946_684_800));
    }
}
