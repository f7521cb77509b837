//! Divides a stream into those that were merged.

mod files;
mod name;
mod sink;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, Input, NoPassthrough, Output, Trouble, Verdict};
use subunit_codec::{Item, Protocol};

use crate::files::Files;
use crate::sink::Sink;

/// Divide a merged subunit stream into its sources, by route codes
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(
    override_usage = "subunit-demux [OPTIONS] -d <DIR> [FILE]...\n       subunit-demux [OPTIONS] --route <CODE> [FILE]..."
)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, None))]
struct Args {
    /// Write files below DIR
    #[arg(short, long, value_name = "DIR", required_unless_present = "route")]
    directory: Option<PathBuf>,

    /// Overwrite files in DIR
    #[arg(short, long, requires = "directory", conflicts_with = "route")]
    force: bool,

    /// Take only what comes from this route
    #[arg(long, value_name = "CODE", conflicts_with = "directory")]
    route: Option<String>,

    #[command(flatten)]
    text: NoPassthrough,

    #[command(flatten)]
    input: Input,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] =
    ["subunit-demux -d machines run.subunit", "subunit-demux --route web run.subunit | subunit-ls"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(mut args: Args) -> Result<Verdict, Trouble> {
    let mut sink = match args.directory {
        Some(directory) => Sink::Files(Files::new(directory, args.force, args.input.files())?),
        None => Sink::Route(args.route.unwrap_or_default(), Output::for_packets()?),
    };
    for stream in args.input.streams(Protocol::Auto) {
        let mut stream = stream?;
        while let Some(item) = stream.next(&mut sink)? {
            match &item {
                Item::Packet(packet) => sink.packet(packet)?,
                Item::Text(_) if args.text.no_passthrough => {}
                Item::Text(text) => sink.unrouted(|output| output.wrapped(text))?,
                Item::Damage(damage) => sink.unrouted(|output| output.damage(damage))?,
            }
        }
    }
    sink.finish()
}
