//! Writes tests to a folder each.

mod component;
mod exporter;
mod summary;
mod tree;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, Input, NoPassthrough, Output, Trouble, Verdict};
use subunit_codec::{Item, Protocol};

use crate::exporter::Exporter;
use crate::tree::Tree;

/// Write each test to a folder, with its attachments as files
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, None))]
struct Args {
    /// Write files below DIR
    #[arg(short, long, value_name = "DIR", default_value = ".", hide_default_value = true)]
    directory: PathBuf,

    #[command(flatten)]
    text: NoPassthrough,

    #[command(flatten)]
    input: Input,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] = ["subunit2disk -d results run.subunit", "run-tests | subunit2disk -d results"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    // Nothing is written there, but reading may have something to say.
    let mut output = Output::new()?;
    let mut exporter = Exporter::new(Tree::create(args.directory)?, args.text);
    for stream in args.input.streams(Protocol::Auto) {
        let mut stream = stream?;
        while let Some(item) = stream.next(&mut output)? {
            match &item {
                Item::Packet(packet) => exporter.packet(packet)?,
                Item::Text(text) => exporter.text(text)?,
                Item::Damage(damage) => cli::report_damage(damage, |packet| exporter.packet(packet))?,
            }
        }
        exporter.end_stream()?;
    }
    output.finish()?;
    Ok(Verdict::Success)
}
