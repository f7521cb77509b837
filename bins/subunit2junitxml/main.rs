//! Reports the tests in a stream as JUnit XML.

mod attachment;
mod case;
mod case_writer;
mod report;
mod routing;
mod run_files;
mod suites;
mod text_store;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, Input, Output, Trouble, Verdict};
use subunit_codec::Protocol;

use crate::report::Report;
use crate::routing::Routing;
use crate::suites::By;

/// Report the tests in a subunit stream as JUnit XML
#[derive(Parser)]
#[command(name = "subunit2junitxml", version, args_override_self = true, infer_long_args = true)]
struct Args {
    #[command(flatten)]
    input: Input,

    /// Report to this file, not standard output
    #[arg(short, long, value_name = "PATH")]
    output_to: Option<PathBuf>,

    /// Forward the stream, text wrapped in it; with -o
    #[arg(short, long, requires = "output_to")]
    forward: bool,

    /// Leave out what is not about tests
    #[arg(long)]
    no_passthrough: bool,

    /// Make a suite of each tag, route or prefix
    #[arg(long, value_name = "WHAT", hide_possible_values = true)]
    suite_by: Option<By>,

    /// Fail when no test was run
    #[arg(long)]
    fail_on_empty: bool,
}

fn main() -> ExitCode {
    cli::main(run)
}

fn run(mut args: Args) -> Result<Verdict, Trouble> {
    let passing =
        Routing { forward: args.forward, reports_text: args.output_to.is_none(), drops_text: args.no_passthrough };
    let output = if args.forward { Output::for_packets() } else { Output::new() };
    let mut output = output?.optional(args.output_to.is_some());
    let file = args.input.report_file(args.output_to)?;
    let mut report = Report::new(args.suite_by);
    for stream in args.input.streams(Protocol::Auto) {
        let mut stream = stream?;
        while let Some(item) = stream.next(&mut output)? {
            passing.item(&item, &mut report, &mut output)?;
        }
        report.end_stream()?;
    }
    let counts = report.total().counts;
    let report = report.finish()?;
    // The file may be standard output by another name.
    output.flush()?;
    match file {
        Some(file) => file.write(|file| report.write_to(file))?,
        None => output.directly(|file| report.write_to(file))?,
    }
    output.finish()?;
    let holds_failures = counts.failures > 0 || counts.errors > 0 || args.fail_on_empty && counts.tests == 0;
    Ok(Verdict::failure_if(holds_failures))
}
