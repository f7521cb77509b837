//! Counts the tests in a stream.

mod groups;
mod json;
mod report;
mod routing;
mod slowest;
mod stats;
mod tally;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, Input, Output, Trouble, Verdict};
use subunit_codec::{Assembler, Item, Protocol};

use crate::groups::By;
use crate::report::Report;
use crate::routing::Routing;
use crate::stats::Stats;

/// Count the tests in a subunit stream
#[derive(Parser)]
#[command(name = "subunit-stats", version, args_override_self = true, infer_long_args = true)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
struct Args {
    #[command(flatten)]
    input: Input,

    /// Report to this file, not standard output
    #[arg(short, long, value_name = "PATH")]
    output_to: Option<PathBuf>,

    /// Forward the stream, text wrapped in it
    #[arg(short, long)]
    forward: bool,

    /// Hide what is not about tests
    #[arg(long)]
    no_passthrough: bool,

    /// Report a JSON object
    #[arg(long)]
    json: bool,

    /// Compare groups of tests: by tag or route
    #[arg(long, value_name = "WHAT", hide_possible_values = true)]
    by: Option<By>,

    /// Name the N slowest tests
    #[arg(long, value_name = "N")]
    slowest: Option<usize>,

    /// Fail when no test was run
    #[arg(long)]
    fail_on_empty: bool,
}

fn main() -> ExitCode {
    cli::main(run)
}

fn run(mut args: Args) -> Result<Verdict, Trouble> {
    let passing = args.passing();
    let output = if args.forward { Output::for_packets() } else { Output::new() };
    let mut output = output?.optional(args.output_to.is_some());
    let file = args.input.report_file(args.output_to.take())?;
    let mut tests = Assembler::without_files();
    let mut stats = Stats::new(args.by, args.slowest);
    for stream in args.input.streams(Protocol::Auto) {
        let mut stream = stream?;
        while let Some(item) = stream.next(&mut output)? {
            match &item {
                Item::Packet(packet) if !packet.has_test_id() => {
                    stats.text(packet.file_bytes().unwrap_or_default());
                    passing.global(packet, &mut output)?;
                }
                Item::Packet(packet) => {
                    tests.push(packet).into_iter().for_each(|test| stats.test(test));
                    passing.packet(packet, &mut output)?;
                }
                Item::Text(text) => {
                    stats.text(text);
                    passing.text(text, &mut output)?;
                }
                Item::Damage(damage) => {
                    stats.test(tests.push_damage(damage));
                    passing.damage(damage, &mut output)?;
                }
            }
        }
        tests.finish().iter().for_each(|test| stats.test(test));
    }
    let report = if args.json { json::object(&stats) + "\n" } else { Report(&stats).to_string() };
    // The file may be standard output by another name.
    output.flush()?;
    match file {
        Some(file) => file.write(|file| file.write_all(report.as_bytes()))?,
        None => output.bytes(report.as_bytes())?,
    }
    output.finish()?;
    Ok(Verdict::failure_if(stats.all.failures > 0 || args.fail_on_empty && stats.all.tests == 0))
}

impl Args {
    fn passing(&self) -> Routing {
        // No text before an object that a program reads.
        let is_for_programs = self.json && self.output_to.is_none() && !self.forward;
        Routing { stream: self.forward, text: !self.no_passthrough && !is_for_programs }
    }
}
