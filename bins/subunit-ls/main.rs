//! Lists the tests in a stream.

mod listing;

use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, Input, Output, Trouble, Verdict};
use subunit_codec::{Assembler, Item, Protocol};

use crate::listing::{Choice, Listing};

/// List the tests in a subunit stream, as they finish
#[derive(Parser)]
#[command(name = "subunit-ls", version, args_override_self = true, infer_long_args = true)]
struct Args {
    #[command(flatten)]
    input: Input,

    #[command(flatten)]
    choice: Choice,

    /// Fail when there is not a single test
    #[arg(long)]
    fail_on_empty: bool,
}

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let mut output = Output::new()?;
    let mut tests = Assembler::new();
    let mut unfinished = Vec::new();
    let mut listing = Listing::new(args.choice);
    for stream in args.input.streams(Protocol::Auto) {
        let mut stream = stream?;
        while let Some(item) = stream.next(&mut output)? {
            match item {
                Item::Packet(packet) if packet.test_id().is_none() => {
                    listing.text(packet.file_bytes().unwrap_or_default(), &mut output)?;
                }
                Item::Packet(packet) => {
                    if let Some(test) = tests.push(&packet) {
                        listing.test(&test, &mut output)?;
                    }
                }
                Item::Text(text) => listing.text(text, &mut output)?,
                Item::Damage(damage) => listing.test(&tests.push_damage(&damage), &mut output)?,
            }
        }
        unfinished.append(&mut tests.finish());
    }
    unfinished.iter().try_for_each(|test| listing.test(test, &mut output))?;
    output.finish()?;
    Ok(Verdict::failure_if(listing.has_failures() || args.fail_on_empty && listing.is_empty()))
}
