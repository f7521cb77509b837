//! Numbers for people.

use std::time::Duration;

/// A number with a comma between thousands.
///
/// ```
/// use subunit_formats::number::grouped;
///
/// assert_eq!([999, 1000, 1_234_567].map(grouped), ["999", "1,000", "1,234,567"]);
/// ```
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// So many of these, with the noun in the number that fits.
///
/// ```
/// use subunit_formats::number::counted;
///
/// let counts = [0, 1, 2000].map(|count| counted(count, "test"));
/// assert_eq!(counts, ["0 tests", "1 test", "2,000 tests"]);
/// ```
#[must_use]
pub fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A time in one or two units, rounded down. Infinite and negative times are very long.
///
/// ```
/// use subunit_formats::number::roughly;
///
/// let times = [0.9, 99.9, 100.0, 5999.0, 7500.0].map(roughly);
/// assert_eq!(times, ["0 s", "99 s", "1 min", "99 min", "2 h 5 min"]);
/// assert!(roughly(f64::INFINITY).ends_with(" min"));
/// ```
#[must_use]
pub fn roughly(seconds: f64) -> String {
    let seconds = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX).as_secs();
    match seconds {
        0..100 => format!("{seconds} s"),
        100..6000 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}
