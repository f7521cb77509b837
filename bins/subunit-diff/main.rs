//! Compares two runs.

mod changes;
mod run;
mod show;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use subunit_cli::{self as cli, Identity, Output, ProtocolVersion, TextOutput, Trouble, Verdict};
use subunit_codec::Protocol;

use crate::changes::{Changes, Slower};
use crate::run::Run;

/// Compare two runs: what broke, what was fixed, what is new, gone or slower
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("worse")))]
struct Args {
    /// Earlier run; - is standard input
    #[arg(value_name = "OLD")]
    old: OsString,

    /// Later run; - is standard input
    #[arg(value_name = "NEW")]
    new: OsString,

    /// List tests that take FACTOR times as long
    #[arg(long, value_name = "FACTOR", value_parser = cli::factor, allow_negative_numbers = true)]
    slower: Option<f64>,

    /// Of those, leave out tests of less than TIME
    #[arg(long, value_name = "TIME", value_parser = cli::duration, allow_negative_numbers = true, requires = "slower")]
    min_time: Option<Duration>,

    /// List tests that are still bad, too
    #[arg(long)]
    all: bool,

    /// Write a JSON object for each test listed
    #[arg(long)]
    json: bool,

    /// Write nothing
    #[arg(long, conflicts_with = "json")]
    quiet: bool,

    #[command(flatten)]
    identity: Identity,

    #[command(flatten)]
    version: ProtocolVersion,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] =
    ["subunit-diff before.subunit after.subunit", "run-tests | subunit-diff --slower 2 run.subunit -"];

/// Shorter tests are never slower: their times are mostly chance.
const MIN_TIME: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let Args { old, new, slower, min_time, all, json, quiet, identity, version } = args;
    if old == "-" && new == "-" {
        return Err(Trouble::message("only one of OLD and NEW can be standard input; see --help"));
    }
    let protocol = version.protocol.unwrap_or(Protocol::Auto);
    let slower = slower.map(|factor| Slower { factor, min_time: min_time.unwrap_or(MIN_TIME) });
    let old = Run::read(&old, protocol, &identity)?;
    let new = Run::read(&new, protocol, &identity)?;
    let changes = Changes::between(&old, &new, slower);
    if !quiet {
        let mut output = TextOutput::to(Output::new()?);
        let text = if json { show::json(&changes, all) } else { show::lines(&changes, all) };
        output.lines(&text)?;
        output.finish()?;
    }
    Ok(Verdict::failure_if(changes.are_for_the_worse()))
}
