//! Shows what became of tests over many runs.

mod history;
mod run;
mod show;
mod story;
mod table;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, Identity, Output, ProtocolVersion, TextOutput, Trouble, Verdict};
use subunit_codec::Protocol;

use crate::history::{History, Keeps};
use crate::run::Reader;
use crate::show::Shown;
use crate::story::Choice;

/// Show what became of tests over many runs: flaky, failing, slower tests
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, None))]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
struct Args {
    /// Runs, the oldest first; - is standard input
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<OsString>,

    /// List tests with two flips or more
    #[arg(long, conflicts_with_all = ["failing", "slower", "test"])]
    flaky: bool,

    /// List ids of tests whose newest result is bad
    #[arg(long, conflicts_with_all = ["slower", "test"])]
    failing: bool,

    /// List tests that take FACTOR times as long
    #[arg(long, value_name = "FACTOR", value_parser = cli::factor, allow_negative_numbers = true)]
    #[arg(conflicts_with = "test")]
    slower: Option<f64>,

    /// Show each run of this test
    #[arg(long, value_name = "ID")]
    test: Option<String>,

    /// Leave out tests with results in fewer than N runs
    #[arg(long, value_name = "N", value_parser = cli::positive_count, allow_negative_numbers = true)]
    min_runs: Option<usize>,

    /// Show the results of the last N runs
    #[arg(long, value_name = "N", value_parser = cli::positive_count, allow_negative_numbers = true)]
    last: Option<usize>,

    /// Write a JSON object for each test listed
    #[arg(long)]
    json: bool,

    /// End each line with NUL, not newline
    #[arg(short = '0', long)]
    null: bool,

    #[command(flatten)]
    identity: Identity,

    #[command(flatten)]
    version: ProtocolVersion,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] = ["subunit-history --flaky runs/*.subunit", "subunit-history --failing runs/* > again"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let keeps = Keeps { seconds: args.json || args.slower.is_some(), details: args.test.is_some() };
    let mut history = History::new(args.runs.len(), keeps);
    let protocol = args.version.protocol.unwrap_or(Protocol::Auto);
    let mut reader = Reader::new(args.identity, protocol, args.test);
    let mut verdict = Verdict::Success;
    for (number, name) in args.runs.iter().enumerate() {
        if let Err(trouble) = reader.read(name, number, &mut history) {
            // The other runs are read all the same.
            let _ = trouble.reported(TOOL);
            verdict = Verdict::Incomplete;
        }
        if cli::is_interrupted() {
            break;
        }
    }
    let choice = match (args.flaky, args.failing, args.slower) {
        (true, ..) => Choice::Flaky,
        (_, true, _) => Choice::Failing,
        (.., Some(factor)) => Choice::Slower(factor),
        _ => Choice::All,
    };
    let runs: Vec<String> = args.runs.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    let shown = Shown { history: &history, runs: &runs, last: args.last, json: args.json, null: args.null };
    let lines = match reader.test() {
        Some(test) => shown.test(test),
        None => shown.tests(choice, args.min_runs.unwrap_or(0)),
    };
    let mut output = TextOutput::to(Output::new()?);
    for line in lines {
        output.lines(&line)?;
    }
    output.finish()?;
    if let Some(damage) = reader.damage() {
        let _ = Trouble::message(damage).reported(TOOL);
    }
    Ok(verdict)
}
