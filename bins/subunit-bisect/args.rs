//! The arguments.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use clap::builder::NonEmptyStringValueParser;
use regex::Regex;
use subunit_cli::{self as cli, ProtocolVersion};

use crate::search::{Settings, Tally};

/// Find the tests that break another one, by running parts of the tests before it
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(override_usage = "subunit-bisect [OPTIONS] --test ID -- COMMAND [ARG]...
       subunit-bisect --state DIR --report [--json]")]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("no cause")))]
pub(crate) struct Args {
    /// Command that runs the tests of a list
    #[arg(value_name = "COMMAND", last = true, required_unless_present = "report", hide = true)]
    pub(crate) command: Vec<OsString>,

    /// Id of the test that fails
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    #[arg(required_unless_present = "report")]
    pub(crate) test: Option<String>,

    /// Tests that ran before it, in order [default: -]
    #[arg(long, value_name = "LIST", default_value = "-", hide_default_value = true)]
    pub(crate) candidates: OsString,

    /// Directory for the trials
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,

    /// Chance to be right, in percent [default: 95]
    #[arg(long, value_name = "PERCENT", value_parser = confidence, allow_negative_numbers = true)]
    confidence: Option<f64>,

    /// How often it fails, from recorded runs
    #[arg(long, value_name = "FAILURES/RUNS", value_parser = rate, allow_negative_numbers = true)]
    rate: Option<Tally>,

    /// Measure a rate until N failures [default: 3]
    #[arg(long, value_name = "N", value_parser = cli::positive_count, allow_negative_numbers = true)]
    failures: Option<usize>,

    /// End after N passes of them all [default: 500]
    #[arg(long, value_name = "N", value_parser = cli::positive_count, allow_negative_numbers = true)]
    give_up: Option<usize>,

    /// Count only failures with a text that matches
    #[arg(long = "match", value_name = "REGEX", value_parser = cli::pattern)]
    pub(crate) matching: Option<Regex>,

    /// Fail and end COMMAND after TIME: 90, 1.5s, 10m, 2h
    #[arg(long, value_name = "TIME", value_parser = cli::duration)]
    pub(crate) timeout: Option<Duration>,

    /// Run this by sh -c before each trial
    #[arg(long, value_name = "COMMAND")]
    pub(crate) setup: Option<OsString>,

    /// Run N commands at once [default: 1]
    #[arg(short, long, value_name = "N", value_parser = cli::positive_count, allow_negative_numbers = true)]
    jobs: Option<usize>,

    /// Print a report on the trials in DIR
    #[arg(long, requires = "state", conflicts_with_all = ["command", "test"])]
    pub(crate) report: bool,

    /// Write the report as a JSON object
    #[arg(long, requires = "report")]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) version: ProtocolVersion,
}

pub(crate) const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] = [
    "subunit-bisect --test net.Ping --candidates ran -- run-tests {list}",
    "subunit-bisect --state bisect.net.Ping-3fa2 --report",
];

impl Args {
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            confidence: self.confidence.unwrap_or(0.95),
            rate: self.rate,
            failures: self.failures.unwrap_or(3) as u64,
            give_up: self.give_up.unwrap_or(500) as u64,
        }
    }

    pub(crate) fn jobs(&self) -> usize {
        self.jobs.unwrap_or(1)
    }
}

/// Reads the value of `--confidence`, from percent.
fn confidence(value: &str) -> Result<f64, &'static str> {
    let percent: f64 = value.parse().map_err(|_| "not a number")?;
    if percent > 0.0 && percent < 100.0 { Ok(percent / 100.0) } else { Err("must be between 0 and 100") }
}

/// Reads the value of `--rate`.
fn rate(value: &str) -> Result<Tally, &'static str> {
    let (failures, runs) = value.split_once('/').ok_or("not FAILURES/RUNS, such as 9/268")?;
    let (bad, runs) = (cli::count(failures)? as u64, cli::count(runs)? as u64);
    match runs.checked_sub(bad) {
        Some(good) if bad > 0 => Ok(Tally { bad, good }),
        Some(_) => Err("it has to fail at least once"),
        None => Err("more failures than runs"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_has_failures_and_at_least_as_many_runs() {
        assert_eq!(rate("9/268"), Ok(Tally { bad: 9, good: 259 }));
        assert_eq!(rate("3/3"), Ok(Tally { bad: 3, good: 0 }));
        for value in ["", "9", "0/5", "5/3", "1/x", "-1/2", "1/2/3"] {
            assert!(rate(value).is_err(), "{value}");
        }
        for value in ["0", "100", "-5", "x", "NaN"] {
            assert!(confidence(value).is_err(), "{value}");
        }
    }
}
