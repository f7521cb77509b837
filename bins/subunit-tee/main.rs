//! Copies a stream to files and to standard output.

mod append;
mod sinks;
mod version;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, NoPassthrough, ProtocolVersion, Stream, Trouble, Verdict};
use subunit_codec::{Item, Protocol};

use crate::sinks::{Sinks, Takes};

/// Copy a subunit stream to files and to standard output, in whole packets
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, None))]
struct Args {
    /// Files to write (created or overwritten)
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Append to the files
    #[arg(short, long)]
    append: bool,

    /// Write only non-test output to standard output
    #[arg(long)]
    text: bool,

    #[command(flatten)]
    passthrough: NoPassthrough,

    #[command(flatten)]
    version: ProtocolVersion,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] =
    ["make check 2>&1 | subunit-tee --text run.subunit", "run-tests | subunit-tee run.subunit | subunit-ls --times"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let copy = if args.passthrough.no_passthrough { Takes::Stream } else { Takes::All };
    let mut sinks = Sinks::new(args.version.protocol.unwrap_or(Protocol::Auto));
    sinks.add_standard_output(if args.text { Takes::Text } else { copy })?;
    for file in args.files {
        sinks.add_file(&file, args.append, copy);
    }
    // Not to be translated: whatever the version, lines that are no packets are bytes to copy.
    let mut stream = Stream::standard_input(Protocol::V2)?.copied();
    loop {
        stream.fill(&mut sinks)?;
        if stream.is_cut() {
            copy_rest(&mut stream, &mut sinks)?;
            break;
        }
        match stream.item()? {
            Some(Item::Packet(packet)) => sinks.packet(&packet),
            Some(Item::Damage(damage)) => sinks.damage(damage.bytes),
            Some(Item::Text(text)) => sinks.text(text),
            None => break,
        }
    }
    sinks.finish()?;
    Ok(Verdict::Success)
}

/// Copies the rest of a cut input, up to the last packet: behind it may be a packet that is not
/// complete.
fn copy_rest(stream: &mut Stream, sinks: &mut Sinks) -> Result<(), Trouble> {
    let mut others: Vec<(bool, Vec<u8>)> = Vec::new();
    while let Some(item) = stream.item()? {
        match item {
            Item::Packet(packet) => {
                for (is_text, bytes) in others.drain(..) {
                    if is_text { sinks.text(&bytes) } else { sinks.damage(&bytes) }
                }
                sinks.packet(&packet);
            }
            Item::Damage(damage) => others.push((false, damage.bytes.to_vec())),
            Item::Text(text) => others.push((true, text.to_vec())),
        }
    }
    Ok(())
}
