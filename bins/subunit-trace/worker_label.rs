//! What os-testr calls workers.

use std::fmt;

use subunit_codec::names::WORKER_PREFIX;
use subunit_formats::worker::Worker;

/// A worker in short: the number of `worker-N`, `web/0` with a route code, `web` for a route code
/// alone, and 0 if neither is known, as in a run without workers.
pub(crate) struct WorkerLabel<'a>(pub(crate) Worker<'a>);

impl fmt::Display for WorkerLabel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Worker { route_code, tag }) = self;
        let number = tag.map(|tag| number(tag.strip_prefix(WORKER_PREFIX).unwrap_or(tag)));
        match (route_code, number) {
            (Some(code), Some(number)) => write!(f, "{code}/{number}"),
            (Some(code), None) => f.write_str(code),
            (None, Some(number)) => f.write_str(number),
            (None, None) => f.write_str("0"),
        }
    }
}

/// A number without zeros before it.
fn number(digits: &str) -> &str {
    let number = digits.trim_start_matches('0');
    if digits.starts_with('0') && !number.starts_with(|first: char| first.is_ascii_digit()) {
        &digits[digits.len() - number.len() - 1..]
    } else {
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_number_a_route_or_both() {
        for (route_code, tag, label) in [
            (None, None, "0"),
            (None, Some("worker-3"), "3"),
            (None, Some("worker-007"), "7"),
            (None, Some("worker-000"), "0"),
            (None, Some("worker-db"), "db"),
            (None, Some("worker-0b"), "0b"),
            (Some("web"), None, "web"),
            (Some("web"), Some("worker-12"), "web/12"),
        ] {
            assert_eq!(WorkerLabel(Worker { route_code, tag }).to_string(), label, "{route_code:?} {tag:?}");
        }
    }
}
