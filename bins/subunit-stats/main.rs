//! Counts the tests in a stream.

mod groups;
mod json;
mod report;
mod stats;
mod tally;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{
    self as cli, FailOnEmpty, Input, NoPassthrough, Output, Routing, Seen, TextOutput, Trouble, Verdict,
};
use subunit_codec::{Assembler, Item, Protocol};

use crate::groups::By;
use crate::report::Report;
use crate::stats::Stats;

/// Count the tests in a subunit stream
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("failures")))]
struct Args {
    /// Write the report to PATH
    #[arg(short, long, value_name = "PATH")]
    output_to: Option<PathBuf>,

    /// Forward the stream as packets
    #[arg(short, long)]
    forward: bool,

    /// Compare groups of tests: worker, tag or route
    #[arg(long, value_name = "WHAT", hide_possible_values = true)]
    by: Option<By>,

    /// List the N slowest tests
    #[arg(long, value_name = "N", value_parser = cli::positive_count, allow_negative_numbers = true)]
    slowest: Option<usize>,

    /// Report a JSON object
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    text: NoPassthrough,

    #[command(flatten)]
    empty: FailOnEmpty,

    #[command(flatten)]
    input: Input,
}

const TOOL: &str = "subunit-stats";

const EXAMPLES: [&str; 2] =
    ["subunit-stats --by worker --slowest 10 run.subunit", "run-tests | subunit-stats --fail-on-empty"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(mut args: Args) -> Result<Verdict, Trouble> {
    let passing = args.passing();
    let output = if args.forward { Output::for_packets() } else { Output::new() };
    let mut output = TextOutput::to(output?.optional(args.output_to.is_some()));
    let file = args.input.report_file(args.output_to.clone())?;
    let mut tests = Assembler::without_files();
    let mut stats = Stats::new(args.by, args.slowest);
    let mut is_foreign = false;
    for stream in args.input.streams(Protocol::Auto) {
        let mut stream = stream?;
        while let Some(item) = stream.next(&mut output)? {
            match &item {
                Item::Packet(packet) if !packet.has_test_id() => stats.text(packet.file_bytes().unwrap_or_default()),
                Item::Packet(packet) => tests.push(packet).into_iter().for_each(|test| stats.test(test)),
                Item::Text(text) => stats.text(text),
                Item::Damage(damage) => stats.test(tests.push_damage(damage)),
            }
            passing.item(&item, &mut output)?;
        }
        tests.finish().iter().for_each(|test| stats.test(test));
        is_foreign |= stream.is_foreign();
    }
    let report = if args.json { json::object(&stats) + "\n" } else { Report(&stats).to_string() };
    if let Some(path) = &args.output_to {
        output.make_way_for(path)?;
    }
    match file {
        Some(file) => file.write(|file| file.write_all(report.as_bytes()))?,
        None => output.lines(&report)?,
    }
    output.finish()?;
    let seen = Seen { failures: stats.all.failures > 0, tests: stats.all.tests > 0, foreign: is_foreign };
    Ok(args.empty.verdict(seen))
}

impl Args {
    fn passing(&self) -> Routing {
        // No text before an object that a program reads.
        let is_for_programs = self.json && self.output_to.is_none() && !self.forward;
        Routing { stream: self.forward, text: !self.text.no_passthrough && !is_for_programs }
    }
}
