//! Reports the tests in a stream as JUnit XML.

mod assembly;
mod attachment;
mod case;
mod case_writer;
mod content;
mod names;
mod outcome;
mod properties;
mod report;
mod routing;
mod run_files;
mod suite_store;
mod suites;
mod tags;
mod text_store;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, FailOnEmpty, Input, NoPassthrough, Output, Seen, TextOutput, Trouble, Verdict};
use subunit_codec::Protocol;

use crate::report::Report;
use crate::routing::Routing;
use crate::suites::By;

/// Report the tests in a subunit stream as JUnit XML
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("failures")))]
struct Args {
    /// Write the report to PATH
    #[arg(short, long, value_name = "PATH")]
    output_to: Option<PathBuf>,

    /// Forward the stream as packets; with -o
    #[arg(short, long, requires = "output_to")]
    forward: bool,

    /// Make a suite of each worker, tag, route or prefix
    #[arg(long, value_name = "WHAT", hide_possible_values = true)]
    suite_by: Option<By>,

    #[command(flatten)]
    text: NoPassthrough,

    #[command(flatten)]
    empty: FailOnEmpty,

    #[command(flatten)]
    input: Input,
}

const TOOL: &str = "subunit2junitxml";

const EXAMPLES: [&str; 2] =
    ["subunit2junitxml -o report.xml run.subunit", "run-tests | subunit2junitxml --suite-by worker -o report.xml"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(mut args: Args) -> Result<Verdict, Trouble> {
    let (forward, path) = (args.forward, args.output_to);
    let routing = Routing { forward, reports_text: path.is_none(), drops_text: args.text.no_passthrough };
    let output = if forward { Output::for_packets() } else { Output::new() };
    let mut output = TextOutput::to(output?.optional(path.is_some()));
    let mut report = Report::new(args.suite_by, args.input.report_file(path.clone())?);
    let mut is_foreign = false;
    for stream in args.input.streams(Protocol::Auto) {
        let mut stream = stream?;
        while let Some(item) = stream.next(&mut output)? {
            routing.item(&item, &mut report, &mut output)?;
        }
        is_foreign |= stream.is_foreign();
        report.end_stream()?;
    }
    let counts = report.counts();
    let report = report.complete()?;
    path.map_or(Ok(()), |path| output.make_way_for(&path))?;
    report.write(&mut output)?;
    output.finish()?;
    let failures = counts.failures > 0 || counts.errors > 0;
    let seen = Seen { failures, tests: counts.tests > 0, foreign: is_foreign };
    Ok(args.empty.verdict(seen))
}
