//! Options that several tools have, in the same words and at the end of every list of options.
//!
//! A tool flattens them into its arguments. `display_order` puts them behind the tool's own
//! options, wherever they are flattened.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use subunit_codec::{Event, Protocol};

use crate::run::Verdict;
use crate::signals;
use crate::trouble::{Trouble, tool_name};

/// `--no-passthrough`, for tools that handle text.
#[derive(Args, Clone, Copy, Debug)]
pub struct NoPassthrough {
    /// Whether text is dropped.
    #[arg(long, display_order = 900, help = NO_PASSTHROUGH_HELP)]
    pub no_passthrough: bool,
}

impl NoPassthrough {
    /// Whether an event is text that is dropped: a file of no test.
    #[must_use]
    pub fn drops(self, event: &Event<'_>) -> bool {
        self.no_passthrough && event.test_id.is_none()
    }
}

/// What `--help` says of `--no-passthrough`, for a tool that makes the option itself.
pub const NO_PASSTHROUGH_HELP: &str = "Drop non-test output";

/// `--fail-on-empty`, for tools that return a verdict.
#[derive(Args, Clone, Copy, Debug)]
pub struct FailOnEmpty {
    /// Fail if there is no test
    #[arg(long, display_order = 901)]
    pub fail_on_empty: bool,
}

/// What a tool with a verdict saw.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// A test failed, or the stream is damaged.
    pub failures: bool,
    /// There was a test.
    pub tests: bool,
    /// An input was [no subunit stream](crate::Stream::is_foreign).
    pub foreign: bool,
}

impl FailOnEmpty {
    /// The verdict on what was seen. If only the lack of tests makes it a failure, a line on
    /// standard error says so.
    #[must_use]
    pub fn verdict(self, seen: Seen) -> Verdict {
        let is_empty = self.fail_on_empty && !seen.tests;
        let has_failed = seen.failures || seen.foreign;
        // After a signal it is no wonder.
        if is_empty && !has_failed && signals::received().is_none() {
            let _ = Trouble::message("no test in the input, and --fail-on-empty is given").reported(&tool_name());
        }
        Verdict::failure_if(has_failed || is_empty)
    }
}

/// `--protocol`, for tools whose operands are not files to read; others get it with
/// [`Input`](crate::Input).
#[derive(Args, Clone, Copy, Debug)]
pub struct ProtocolVersion {
    /// Protocol version: auto, 1 or 2
    #[arg(long, value_name = "VERSION", display_order = 902, hide_possible_values = true)]
    #[arg(value_parser = PossibleValuesParser::new(["auto", "1", "2"]).try_map(|name| name.parse::<Protocol>()))]
    pub protocol: Option<Protocol>,
}

/// Reads the value of an option that is a count.
///
/// # Errors
///
/// If it is no whole number, or too large a number to count to.
pub fn count(value: &str) -> Result<usize, &'static str> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Err("not a whole number");
    }
    value.parse().map_err(|_| "too large a number")
}

/// The end of a tool's `--help`, for clap's `after_help`: two examples, the exit statuses, and
/// where the manual is.
///
/// `status_1` says in a word or two what exit status 1 means, if the tool has it.
///
/// ```
/// let examples = ["subunit-x a.subunit", "subunit-x < b"];
/// let end = subunit_cli::help_end("subunit-x", examples, Some("failures"));
/// assert!(end.starts_with("Examples:\n  subunit-x a.subunit\n  subunit-x < b\n"));
/// assert!(end.contains("1 failures, 2 error"));
/// ```
#[must_use]
pub fn help_end(tool: &str, examples: [&str; 2], status_1: Option<&str>) -> String {
    let [first, second] = examples;
    let status_1 = status_1.map(|meaning| format!("1 {meaning}, ")).unwrap_or_default();
    format!(
        "Examples:\n  {first}\n  {second}\n\n\
         Exit status: 0 success, {status_1}2 error, 129/130/143 signal, 141 closed pipe\n\
         Manual: man {tool} (man/{tool}.1 in the source code)"
    )
}

/// Reads the value of an option that is a count of one or more.
///
/// # Errors
///
/// As [`count`], and if it is 0.
pub fn positive_count(value: &str) -> Result<usize, &'static str> {
    match count(value)? {
        0 => Err("must be 1 or more"),
        count => Ok(count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_has_digits_only() {
        assert_eq!(count("0"), Ok(0));
        assert_eq!(count("18446744073709551615"), Ok(usize::MAX));
        for value in ["", "-1", "+1", "1.5", "x", "1 ", "\u{661}"] {
            assert_eq!(count(value), Err("not a whole number"), "{value:?}");
        }
        assert_eq!(count("99999999999999999999"), Err("too large a number"));
        assert_eq!((positive_count("1"), positive_count("00")), (Ok(1), Err("must be 1 or more")));
    }
}
