//! Translates a stream of version 1 to version 2.

use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, Input, NoPassthrough, Output, Trouble, Verdict};
use subunit_codec::{Item, Protocol};

/// Translate subunit version 1 to version 2
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(mut_arg("protocol", |arg| arg.help("Protocol version: auto, 1 or 2 [default: 1]")))]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, None))]
struct Args {
    #[command(flatten)]
    text: NoPassthrough,

    #[command(flatten)]
    input: Input,
}

const TOOL: &str = "subunit-1to2";

const EXAMPLES: [&str; 2] =
    ["subunit-1to2 .testrepository/6 | subunit-ls -l", "old-runner | subunit-1to2 > run.subunit"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let mut output = Output::for_packets()?;
    for stream in args.input.streams(Protocol::V1) {
        let mut stream = stream?;
        while let Some(item) = stream.next(&mut output)? {
            match item {
                Item::Packet(packet) => output.forward(&packet)?,
                Item::Text(_) if args.text.no_passthrough => {}
                Item::Text(text) => output.wrapped(text)?,
                Item::Damage(damage) => output.damage(&damage)?,
            }
        }
    }
    output.finish()?;
    Ok(Verdict::Success)
}
