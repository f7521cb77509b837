//! Translates a stream of version 2 to version 1.

mod conversion;
mod directives;
mod losses;
mod names;
mod pending;

use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, Input, NoPassthrough, Output, Trouble, Verdict};
use subunit_codec::{Item, Protocol};

use crate::conversion::Conversion;

/// Translate subunit version 2 to version 1
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, None))]
struct Args {
    #[command(flatten)]
    text: NoPassthrough,

    #[command(flatten)]
    input: Input,
}

const TOOL: &str = "subunit-2to1";

const EXAMPLES: [&str; 2] = ["subunit-2to1 run.subunit > run.log", "run-tests | subunit-2to1 | old-reporter"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let mut output = Output::new()?;
    let mut conversion = Conversion::new();
    let read = args.input.streams(Protocol::Auto).try_for_each(|stream| {
        let mut stream = stream?;
        while let Some(item) = stream.next(&mut output)? {
            match &item {
                Item::Packet(packet) if packet.has_test_id() => conversion.packet(packet, &mut output)?,
                Item::Damage(damage) => conversion.damage(damage, &mut output)?,
                _ if args.text.no_passthrough => {}
                Item::Packet(packet) => {
                    conversion.directives.text(packet.file_bytes().unwrap_or_default(), &mut output)?;
                }
                Item::Text(text) => conversion.directives.text(text, &mut output)?,
            }
        }
        conversion.end_stream(&mut output)
    });
    conversion.directives.end_text(&mut output)?;
    read?;
    output.finish()?;
    let losses = conversion.directives.losses.to_string();
    if !losses.is_empty() {
        let _ = Trouble::message(losses).reported(TOOL);
    }
    Ok(Verdict::Success)
}
