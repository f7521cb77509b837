//! What a cell holds.

use chrono::{DateTime, SubsecRound, Timelike, Utc};
use clap::ValueEnum;
use subunit_codec::names::REASON;
use subunit_codec::{Status, Test, Timestamp};
use subunit_formats::text;
use subunit_formats::worker::Worker;

/// A column of the table. Its name on the command line is its name in the first row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Column {
    Test,
    Status,
    StartTime,
    StopTime,
    Duration,
    Tags,
    RouteCode,
    Worker,
    Runnable,
    Reason,
}

impl Column {
    /// The columns of python-subunit.
    pub(crate) const USUAL: [Self; 4] = [Self::Test, Self::Status, Self::StartTime, Self::StopTime];

    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The cell of a test, empty if that is not known.
    pub(crate) fn cell(self, test: &Test) -> String {
        match self {
            Self::Test => test.id.clone(),
            Self::Status => outcome(test.status).to_owned(),
            Self::StartTime => test.start.map(time).unwrap_or_default(),
            Self::StopTime => test.stop.map(time).unwrap_or_default(),
            Self::Duration => test.duration().map(|duration| duration.as_secs_f64().to_string()).unwrap_or_default(),
            Self::Tags => test.tags.join(" "),
            Self::RouteCode => test.route_code.clone().unwrap_or_default(),
            Self::Worker => {
                let worker = Worker::of(test);
                if worker.is_unknown() { String::new() } else { worker.to_string() }
            }
            Self::Runnable => test.runnable.to_string(),
            Self::Reason => {
                test.attachments.iter().find(|file| file.name == REASON).map(text::kept).unwrap_or_default()
            }
        }
    }
}

/// The words of python-subunit, where a test that never finished is a failure.
fn outcome(status: Status) -> &'static str {
    match status {
        Status::Fail | Status::InProgress => "failure",
        other => other.name(),
    }
}

/// A time as Python prints it: with microseconds, unless there are none.
fn time(time: Timestamp) -> String {
    let time = DateTime::<Utc>::from(time).round_subsecs(6);
    let (date, hour, minute, second) = (time.date_naive(), time.hour(), time.minute(), time.second());
    match time.timestamp_subsec_micros() {
        0 => format!("{date} {hour:02}:{minute:02}:{second:02}+00:00"),
        micros => format!("{date} {hour:02}:{minute:02}:{second:02}.{micros:06}+00:00"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_to_microseconds() {
        for (seconds, nanoseconds, expected) in [
            (1000, 0, "1970-01-01 00:16:40+00:00"),
            (1000, 499, "1970-01-01 00:16:40+00:00"),
            (1000, 5_000, "1970-01-01 00:16:40.000005+00:00"),
            (1000, 1_501, "1970-01-01 00:16:40.000002+00:00"),
            (1000, 999_999_999, "1970-01-01 00:16:41+00:00"),
            (1000, 1_000_000_000, "1970-01-01 00:16:41+00:00"),
            (u32::MAX, 1_000_000_000, "2106-02-07 06:28:16+00:00"),
        ] {
            assert_eq!(Timestamp::new(seconds, nanoseconds).map(time).as_deref(), Some(expected));
        }
    }
}
