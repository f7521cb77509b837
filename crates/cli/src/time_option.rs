//! Lengths of time on the command line.

use std::time::Duration;

/// Units, and how many seconds they have. The longer names come first.
const UNITS: [(&str, f64); 4] = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];

/// Reads the value of an option that is a length of time: `90` and `1.5s` are seconds; `500ms`,
/// `10m` and `2h` are what they say.
///
/// ```
/// use std::time::Duration;
/// use subunit_cli::length_of_time;
///
/// assert_eq!(length_of_time("1.5s"), Ok(Duration::from_millis(1500)));
/// assert_eq!(length_of_time("2h"), Ok(Duration::from_secs(7200)));
/// assert!(length_of_time("soon").is_err());
/// ```
///
/// # Errors
///
/// If it is none, negative, zero, or too long to be told in seconds.
pub fn length_of_time(value: &str) -> Result<Duration, &'static str> {
    const WRONG: &str = "not a length of time such as 90, 1.5s, 500ms, 10m or 2h";
    let unit = UNITS.into_iter().find_map(|(unit, seconds)| Some((value.strip_suffix(unit)?, seconds)));
    let (number, seconds) = unit.unwrap_or((value, 1.0));
    let has_digit = number.bytes().any(|byte| byte.is_ascii_digit());
    if !has_digit || !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Err(WRONG);
    }
    let number: f64 = number.parse().map_err(|_| WRONG)?;
    let length = Duration::try_from_secs_f64(number * seconds).map_err(|_| "too long")?;
    if length.is_zero() { Err("must be more than 0") } else { Ok(length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_has_digits_and_perhaps_a_unit() {
        for (value, milliseconds) in
            [("90", 90_000), ("1.5s", 1500), ("500ms", 500), ("10m", 600_000), ("2h", 7_200_000), (".5", 500)]
        {
            assert_eq!(length_of_time(value), Ok(Duration::from_millis(milliseconds)), "{value}");
        }
        for value in ["", "s", "ms", ".", "-1", "+1", "1e3", "1 s", "1d", "inf", "NaN", "1.2.3", "10M"] {
            assert!(length_of_time(value).is_err(), "{value}");
        }
        assert_eq!(length_of_time("0.0s"), Err("must be more than 0"));
        assert_eq!(length_of_time(&"9".repeat(400)), Err("too long"));
    }
}
