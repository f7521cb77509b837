//! Writes JSON as the stream that it was made of.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, NoPassthrough, Output, Trouble, Verdict, WholeLine, WholeLines};
use subunit_formats::item_json::{Restored, restore};

/// Write the JSON of subunit2json as a subunit stream
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, None))]
struct Args {
    /// Files to read; - is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    #[command(flatten)]
    text: NoPassthrough,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] =
    ["subunit2json < run.subunit | grep -v skip | json2subunit", "json2subunit run.json > run.subunit"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let mut output = Output::for_packets()?;
    let mut verdict = Verdict::Success;
    for name in cli::operands(args.files) {
        let mut lines = WholeLines::open(&name)?;
        while let Some(WholeLine::Line(line)) = lines.next(&mut output, None)? {
            if line.trim_ascii().is_empty() {
                continue;
            }
            match restore(line) {
                Ok(Restored::Text(_)) if args.text.no_passthrough => {}
                Ok(Restored::Packets(bytes) | Restored::Text(bytes) | Restored::Damage(bytes)) => {
                    output.bytes(&bytes)?;
                }
                Err(error) => {
                    verdict = Verdict::Incomplete;
                    let (name, number) = (lines.name(), lines.number());
                    let _ = Trouble::message(format_args!("{name}: line {number}: {error}")).reported(TOOL);
                }
            }
        }
    }
    output.finish()?;
    Ok(verdict)
}
