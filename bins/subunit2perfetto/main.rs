//! Writes a run as a trace for timeline viewers.

mod lanes;
mod trace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, Input, Output, ReportDraft, TextOutput, Trouble, Verdict};
use subunit_codec::{Assembler, Item, Protocol};

use crate::trace::Trace;

/// Write a subunit stream as a trace for ui.perfetto.dev and other viewers
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, None))]
struct Args {
    /// Write the report to PATH
    #[arg(short, long, value_name = "PATH")]
    output_to: Option<PathBuf>,

    #[command(flatten)]
    input: Input,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] = ["subunit2perfetto -o trace.json run.subunit", "run-tests | subunit2perfetto > trace.json"];

/// So many bytes of an attachment are searched for a message.
const LONGEST_ATTACHMENT: usize = 64 << 10;

fn main() -> ExitCode {
    cli::main(run)
}

fn run(mut args: Args) -> Result<Verdict, Trouble> {
    let mut output = TextOutput::to(Output::new()?.optional(args.output_to.is_some()));
    let file = args.input.report_file(args.output_to)?;
    let mut trace = Trace::new(ReportDraft::new(file, 0));
    for stream in args.input.streams(Protocol::Auto) {
        let mut stream = stream?;
        let mut tests = Assembler::keeping_heads(LONGEST_ATTACHMENT);
        while let Some(item) = stream.next(&mut output)? {
            match &item {
                Item::Packet(packet) => {
                    trace.packet(packet.timestamp());
                    if let Some(test) = tests.push(packet) {
                        trace.test(test)?;
                    }
                }
                Item::Damage(damage) => trace.test(tests.push_damage(damage))?,
                Item::Text(_) => {}
            }
        }
        tests.finish().iter().try_for_each(|test| trace.test(test))?;
    }
    let without_times = trace.finish(&mut output)?;
    if without_times > 0 {
        let tests = subunit_formats::number::counted(without_times, "test");
        let _ = Trouble::message(format_args!("{tests} without times left out")).reported(TOOL);
    }
    output.finish()?;
    Ok(Verdict::Success)
}
