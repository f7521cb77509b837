//! The arguments.

use std::ffi::{OsStr, OsString};
use std::time::Duration;

use clap::Parser;
use clap::builder::{NonEmptyStringValueParser, RangedU64ValueParser};
use rustix::process::Signal;
use subunit_cli::{self as cli, ProtocolVersion, TimeLimit, Trouble};
use subunit_formats::repeated_name;

/// Run a command as one test, with its output, its results and how it ended
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(override_usage = "subunit-exec [OPTIONS] -- COMMAND [ARG]...")]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("failure")))]
pub(crate) struct Args {
    /// Command to run
    #[arg(value_name = "COMMAND", last = true, required = true, hide = true)]
    pub(crate) command: Vec<OsString>,

    /// Name of the test [default: the command]
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    test_id: Option<String>,

    /// Tag the test; repeat for several tags
    #[arg(long, value_name = "TAG", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) tag: Vec<String>,

    /// Route code of the packets; in front of others
    #[arg(long, value_name = "CODE", value_parser = NonEmptyStringValueParser::new())]
    route_code: Option<String>,

    /// Fail and end COMMAND after TIME: 90, 1.5s, 10m, 2h
    #[arg(long, value_name = "TIME", value_parser = cli::duration)]
    timeout: Option<Duration>,

    /// Signal to send then [default: TERM]
    #[arg(long, value_name = "SIG", value_parser = cli::signal, requires = "timeout")]
    timeout_signal: Option<Signal>,

    /// Exit status of COMMAND that means skip; may repeat
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u8>::new().range(1..=255))]
    pub(crate) skip_status: Vec<u8>,

    /// Read results from descriptor N of COMMAND, 3 to 9
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u8>::new().range(3..=9))]
    pub(crate) fd: Option<u8>,

    /// Say that the test cannot be run alone
    #[arg(long)]
    pub(crate) not_runnable: bool,

    /// Exit with the exit status of COMMAND
    #[arg(long)]
    pub(crate) exit_status: bool,

    #[command(flatten)]
    pub(crate) version: ProtocolVersion,
}

pub(crate) const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] =
    ["subunit-exec --test-id lint -- make lint | subunit-ls -l", "subunit-exec --fd 3 -- sh tests.sh > run.subunit"];

impl Args {
    /// The command in words, for people.
    pub(crate) fn command_line(&self) -> String {
        self.command.join(OsStr::new(" ")).to_string_lossy().into_owned()
    }

    /// The name of the test.
    pub(crate) fn bounded_test_id(&self) -> String {
        bounded("test id", self.test_id.clone().unwrap_or_else(|| self.command_line()))
    }

    /// The route code of the test.
    pub(crate) fn bounded_route_code(&self) -> Option<String> {
        self.route_code.clone().map(|code| bounded("route code", code))
    }

    pub(crate) fn time_limit(&self) -> Option<TimeLimit> {
        let signal = self.timeout_signal.unwrap_or(Signal::TERM);
        self.timeout.map(|time| TimeLimit { time, signal })
    }
}

/// A name that is short enough to be on every packet.
fn bounded(what: &str, mut name: String) -> String {
    if repeated_name::bound(&mut name) {
        let cut = format!("the {what} is longer than 256 bytes, and cut");
        let _ = Trouble::message(cut).reported(TOOL);
    }
    name
}
