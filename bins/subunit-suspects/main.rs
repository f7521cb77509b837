//! Lists the tests that may have broken another one.

mod run;
mod show;
mod suspects;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::builder::NonEmptyStringValueParser;
use regex::Regex;
use subunit_cli::{self as cli, Output, ProtocolVersion, TextOutput, Trouble, Verdict};
use subunit_codec::Protocol;
use subunit_formats::number::{counted, grouped};

use crate::run::Reader;
use crate::suspects::Suspects;

/// List the tests that ran before another one whenever it failed
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("none")))]
struct Args {
    /// Id of the test that fails
    #[arg(value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    id: String,

    /// Files of one run each; - is standard input
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<OsString>,

    /// Tell workers by the tag that matches; '' for one
    #[arg(long, value_name = "REGEX", value_parser = cli::pattern)]
    worker: Option<Regex>,

    /// Count only failures with a text that matches
    #[arg(long = "match", value_name = "REGEX", value_parser = cli::pattern)]
    matching: Option<Regex>,

    /// List the N most likely ones only
    #[arg(short = 'n', long, value_name = "N", value_parser = cli::positive_count, allow_negative_numbers = true)]
    most: Option<usize>,

    /// List a JSON object for each test
    #[arg(long)]
    json: bool,

    /// End each line with NUL, not newline
    #[arg(short = '0', long, conflicts_with = "json")]
    null: bool,

    #[command(flatten)]
    version: ProtocolVersion,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] =
    ["subunit-suspects net.TestPing runs/*.subunit", "subunit-suspects -n 20 net.TestPing .stestr/[0-9]*"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let Args { id, runs, worker, matching, most, json, null, version } = args;
    let mut output = TextOutput::to(Output::new()?);
    let mut suspects = Suspects::default();
    let reader = Reader { id: &id, worker, matching, protocol: version.protocol.unwrap_or(Protocol::Auto) };
    for name in cli::operands(runs) {
        let run = reader.read(&name, suspects.names())?;
        if run.damage > 0 {
            let packets = counted(run.damage, "damaged packet");
            tell(format_args!("{}: {packets}: tests of this run may be missing", name.display()));
        }
        suspects.add(&run);
    }
    if suspects.failing() == 0 {
        let text = if reader.matching.is_some() { " with a text that matches" } else { "" };
        return Err(Trouble::message(format_args!("{id}: fails in no run{text}")));
    }
    let found = suspects.found();
    let listed = &found[..most.unwrap_or(found.len()).min(found.len())];
    output.lines(&if json { show::json(listed) } else { show::lines(listed, null) })?;
    output.finish()?;
    let runs = format!("{}, {} passing", counted(suspects.failing(), "failing run"), grouped(suspects.passing()));
    let others = grouped(suspects.others());
    if found.is_empty() {
        tell(format_args!("{runs}, no suspect of {others}: it fails by itself, or has more than one cause"));
    } else {
        tell(format_args!("{runs}, {} of {others}", counted(found.len() as u64, "suspect")));
    }
    Ok(Verdict::failure_if(found.is_empty()))
}

/// Says something on standard error.
fn tell(message: impl std::fmt::Display) {
    let _ = Trouble::message(message).reported(TOOL);
}
