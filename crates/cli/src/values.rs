//! Values of options that are durations, factors or signals.

use std::time::Duration;

use rustix::process::Signal;
use signal_hook::low_level::signal_name;

/// Reads the value of an option that is a duration: seconds, or a number with a unit, `500ms`,
/// `1.5s`, `10m` or `2h`.
///
/// By hand, since crates for it take no number without a unit, or no fraction.
///
/// # Errors
///
/// If it is none, or 0.
///
/// ```
/// use std::time::Duration;
/// use subunit_cli::duration;
///
/// assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
/// assert_eq!(duration("90"), duration("1.5m"));
/// ```
pub fn duration(value: &str) -> Result<Duration, &'static str> {
    const EXPECTED: &str = "not a duration such as 90, 1.5s, 500ms, 10m or 2h";
    let digits = value.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(value.len());
    let (number, unit) = value.split_at(digits);
    let unit = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(EXPECTED),
    };
    let number: f64 = number.parse().map_err(|_| EXPECTED)?;
    let duration = Duration::try_from_secs_f64(number * unit).map_err(|_| "too long")?;
    if duration.is_zero() { Err("must be more than 0") } else { Ok(duration) }
}

/// Reads the value of an option that is a factor of 1 or more.
///
/// # Errors
///
/// If it is none.
///
/// ```
/// use subunit_cli::factor;
///
/// assert_eq!(factor("1.5"), Ok(1.5));
/// assert_eq!(factor("0.5"), Err("must be 1 or more"));
/// ```
pub fn factor(value: &str) -> Result<f64, &'static str> {
    let factor: f64 = value.parse().map_err(|_| "not a number")?;
    if factor.is_finite() && factor >= 1.0 { Ok(factor) } else { Err("must be 1 or more") }
}

/// Reads the value of an option that is a signal: `TERM`, `SIGTERM` or `15`.
///
/// # Errors
///
/// If the system has no such signal.
///
/// ```
/// use subunit_cli::signal;
///
/// let number = |value| signal(value).map(|signal| signal.as_raw());
/// assert_eq!(number("quit"), number("3"));
/// assert!(signal("NOSUCH").is_err());
/// ```
pub fn signal(value: &str) -> Result<Signal, &'static str> {
    const MOST: i32 = 64;
    let name = value.to_ascii_uppercase();
    let name = if name.starts_with("SIG") { name } else { format!("SIG{name}") };
    let named = || (1..=MOST).find(|number| signal_name(*number) == Some(&*name));
    let number = value.parse().ok().or_else(named);
    number.and_then(Signal::from_named_raw).ok_or("no signal of the system; try TERM, INT, QUIT, ABRT or a number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_with_or_without_a_unit() {
        for (value, milliseconds) in
            [("90", 90_000), ("1.5s", 1500), ("500ms", 500), ("10m", 600_000), ("2h", 7_200_000), (".5", 500)]
        {
            assert_eq!(duration(value), Ok(Duration::from_millis(milliseconds)), "{value}");
        }
        for value in ["", "s", "-1", "1 s", "1e3", "1d", "1.2.3", "inf", "NaN", "1S", "\u{661}"] {
            assert!(duration(value).is_err(), "{value:?}");
        }
        assert_eq!(duration("0.0s"), Err("must be more than 0"));
        assert_eq!(duration(&"9".repeat(30)), Err("too long"));
    }

    #[test]
    fn a_signal_has_a_name_or_a_number() {
        for value in ["TERM", "SIGTERM", "term", "15"] {
            assert_eq!(signal(value), Ok(Signal::TERM), "{value}");
        }
        for value in ["", "SIG", "0", "-15", "TERMINATE", "99", "1.5"] {
            assert!(signal(value).is_err(), "{value:?}");
        }
    }
}
