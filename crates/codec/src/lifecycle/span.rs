//! From when to when something ran.

use std::time::Duration;

use crate::packet::timestamp::Timestamp;

/// When a test, or several, started and stopped, as far as the stream tells.
///
/// ```
/// use std::time::Duration;
/// use subunit_codec::{Span, Timestamp};
///
/// let (early, late) = (Timestamp::new(1, 0), Timestamp::new(3, 500_000_000));
/// assert_eq!(Span { start: early, stop: late }.duration(), Some(Duration::from_millis(2500)));
/// assert_eq!(Span { start: late, stop: early }.duration(), None, "the clock stepped back");
/// assert_eq!(Span { start: early, stop: None }.duration(), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first timestamp.
    pub start: Option<Timestamp>,
    /// The last timestamp.
    pub stop: Option<Timestamp>,
}

impl Span {
    /// Stop minus start: `None` if either is unknown, and if the clock stepped back.
    #[must_use]
    pub fn duration(self) -> Option<Duration> {
        let (start, stop) = (self.start?, self.stop?);
        (start <= stop).then(|| stop.since(start))
    }

    /// Stop minus start in seconds, negative if the clock stepped back; `None` if either is
    /// unknown.
    #[must_use]
    pub fn signed_seconds(self) -> Option<f64> {
        Some(self.stop?.seconds_since(self.start?))
    }

    /// Widens the span so that it covers the other one too.
    pub fn cover(&mut self, other: Self) {
        self.start = self.start.into_iter().chain(other.start).min();
        self.stop = self.stop.max(other.stop);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_covers_what_is_known_of_both() {
        let span = |start, stop| {
            let at = |seconds: Option<u32>| seconds.and_then(|seconds| Timestamp::new(seconds, 0));
            Span { start: at(start), stop: at(stop) }
        };
        let mut all = Span::default();
        for (other, expected) in [
            (span(None, None), span(None, None)),
            (span(Some(5), None), span(Some(5), None)),
            (span(Some(7), Some(8)), span(Some(5), Some(8))),
            (span(Some(3), Some(6)), span(Some(3), Some(8))),
        ] {
            all.cover(other);
            assert_eq!(all, expected, "after {other:?}");
        }
    }
}
