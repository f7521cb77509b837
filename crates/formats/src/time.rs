//! Timestamps as text.

use chrono::{DateTime, SecondsFormat};
use subunit_codec::Timestamp;

/// A timestamp in RFC 3339, in UTC, with as many digits of the second as it needs: none, 3, 6 or 9.
///
/// ```
/// use subunit_codec::Timestamp;
/// use subunit_formats::time::rfc3339;
///
/// let time = Timestamp::new(1_700_000_000, 250_000_000).ok_or("out of range")?;
/// assert_eq!(rfc3339(time), "2023-11-14T22:13:20.250Z");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "it cannot")]
pub fn rfc3339(time: Timestamp) -> String {
    let since = time.since_epoch();
    let seconds = i64::try_from(since.as_secs()).expect("a timestamp has 33 bits of seconds at the most");
    let time = DateTime::from_timestamp(seconds, since.subsec_nanos()).expect("the calendar goes on past 2106");
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_moment_there_is_has_a_text() {
        let last = Timestamp::new(u32::MAX, 1_073_741_823).unwrap();
        assert_eq!(rfc3339(last), "2106-02-07T06:28:16.073741823Z");
    }
}
