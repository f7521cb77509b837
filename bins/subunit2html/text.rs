//! Names from the stream as text nodes.

use std::time::Duration;

use subunit_cli::escape;
use subunit_codec::Timestamp;
use subunit_formats::html;

/// So many characters of a name are shown.
const LONGEST_NAME: usize = 1000;

/// A name, as it stands between tags: control characters are shown by their numbers, and one that
/// is too long for a page is cut.
pub(crate) fn name(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => html::escape(&escape(&name[..end])).into_owned() + "\u{2026}",
        None => html::escape(&escape(name)).into_owned(),
    }
}

/// A time to the millisecond.
pub(crate) fn time(time: Timestamp) -> String {
    let time = time.to_string();
    let (date, clock) = time.split_once('T').unwrap_or((&time, ""));
    let clock = clock.trim_end_matches('Z');
    let (second, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    format!("{date} {second}.{fraction:0<3.3} UTC")
}

/// A duration that is read at a glance: `0.012 s`, `12.3 s`, `4:38 min`, `1:04:38 h`.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let whole = duration.as_secs();
    match whole {
        0..10 => format!("{seconds:.3} s"),
        10..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{}:{:02} min", whole / 60, whole % 60),
        _ => format!("{}:{:02}:{:02} h", whole / 3600, whole / 60 % 60, whole % 60),
    }
}

/// A round time, as it stands on an axis: `0`, `500 µs`, `20 ms`, `1.5 s`, `4:00 min`.
pub(crate) fn mark(time: Duration) -> String {
    match time.as_micros() {
        0 => "0".to_owned(),
        micros @ 1..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{} ms", time.as_secs_f64() * 1e3),
        1_000_000..60_000_000 => format!("{} s", time.as_secs_f64()),
        _ => duration(time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_neither_markup_nor_control_characters_nor_endless() {
        assert_eq!(name("a<b>\u{202e}\n"), r"a&lt;b&gt;\u202e\n");
        assert_eq!(name(&"é".repeat(1000)), "é".repeat(1000));
        assert_eq!(name(&"é".repeat(1001)), "é".repeat(1000) + "…");
    }

    #[test]
    fn times_are_read_at_a_glance() {
        for (milliseconds, expected) in
            [(0, "0.000 s"), (9_999, "9.999 s"), (12_345, "12.3 s"), (278_400, "4:38 min"), (3_878_000, "1:04:38 h")]
        {
            assert_eq!(duration(Duration::from_millis(milliseconds)), expected);
        }
        assert_eq!(
            Timestamp::new(1_795_661_403, 120_400_000).map(time).as_deref(),
            Some("2026-11-26 02:50:03.120 UTC")
        );
        assert_eq!(Timestamp::new(0, 0).map(time).as_deref(), Some("1970-01-01 00:00:00.000 UTC"));
    }
}
