//! Shows tests as they finish, and sums them up.

mod captured;
mod change;
mod failures;
mod idle;
mod outcome_line;
mod progress;
mod record;
mod reporter;
mod summary;
mod trace;
mod worker_balance;
mod worker_label;

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use subunit_cli::{
    self as cli, Color, FailOnEmpty, Input, NoPassthrough, Routing, RunDurations, Seen, TextOutput, Trouble, Verdict,
};
use subunit_codec::{Item, Protocol};

use crate::change::Change;
use crate::reporter::{Reporter, Style};
use crate::trace::Trace;

/// Show tests as they finish, and a summary
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("failures")))]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
struct Args {
    /// Show no attachments as tests fail
    #[arg(short, long)]
    no_failure_debug: bool,

    /// Show all failures again at the end
    #[arg(short, long)]
    fails: bool,

    /// Show failures only
    #[arg(long)]
    failonly: bool,

    /// Show one character a test
    #[arg(short, long)]
    abbreviate: bool,

    /// Show changes in duration since --against
    #[arg(short = 'd', long)]
    perc_diff: bool,

    /// Show changes of at least N per cent
    #[arg(short = 't', long, value_name = "N", value_parser = change::threshold, allow_negative_numbers = true)]
    diff_threshold: Option<f64>,

    /// Leave out the summary
    #[arg(long)]
    no_summary: bool,

    #[command(flatten)]
    color: Color,

    /// Compare with this run
    #[arg(long, value_name = "RUN")]
    against: Vec<OsString>,

    /// Name running tests that are silent for TIME
    #[arg(long, value_name = "TIME", value_parser = cli::duration, allow_negative_numbers = true)]
    idle: Option<Duration>,

    /// List the N slowest tests
    #[arg(long, value_name = "N", value_parser = cli::count, allow_negative_numbers = true)]
    slowest: Option<usize>,

    /// Show all text attachments of all tests
    #[arg(long)]
    all_attachments: bool,

    #[command(flatten)]
    text: NoPassthrough,

    #[command(flatten)]
    empty: FailOnEmpty,

    #[command(flatten)]
    input: Input,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] = ["run-tests | subunit-trace", "subunit-trace -n -f run.subunit"];
/// So many of the slowest tests are listed on a terminal.
const SLOWEST: usize = 5;

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    if args.perc_diff && args.against.is_empty() {
        let _ = Trouble::message("--perc-diff has nothing to compare with: give --against RUN").reported(TOOL);
    }
    let durations = RunDurations::read(&args.against)?;
    let style = args.style();
    let routing = Routing { stream: false, text: !args.text.no_passthrough };
    let default_slowest = if io::stdout().is_terminal() { SLOWEST } else { 0 };
    let reporter = Reporter::new(style, args.fails, args.slowest.unwrap_or(default_slowest), durations);
    let output = TextOutput::new()?;
    let output = if args.abbreviate { output } else { output.with_status_line() };
    let mut trace = Trace::new(output, reporter, args.idle);
    let mut is_foreign = false;
    for stream in args.input.streams(Protocol::Auto) {
        let mut stream = stream?;
        while let Some(item) = stream.next(&mut trace)? {
            match &item {
                Item::Packet(packet) if packet.has_test_id() => trace.packet(packet)?,
                Item::Damage(damage) => trace.damage(damage)?,
                _ => routing.item(&item, trace.output())?,
            }
        }
        trace.end_stream()?;
        is_foreign |= stream.is_foreign();
    }
    let seen = trace.finish(!args.no_summary, args.slowest.is_some())?;
    let verdict = args.empty.verdict(Seen { foreign: is_foreign, ..seen });
    // Without any test, with --fail-on-empty or not.
    Ok(if seen.tests { verdict } else { Verdict::Failure })
}

impl Args {
    fn style(&self) -> Style {
        Style {
            is_colored: self.color.is_on(),
            abbreviates: self.abbreviate,
            failures_only: self.failonly || env::var_os("TRACE_FAILONLY").is_some(),
            details_failures: !self.no_failure_debug,
            details_all: self.all_attachments,
            change: self.perc_diff.then(|| Change { threshold: self.diff_threshold.unwrap_or_default() }),
        }
    }
}
