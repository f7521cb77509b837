//! Lists the tests in a stream.

mod listing;

use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, FailOnEmpty, Input, Stream, TextOutput, Trouble, Verdict};
use subunit_codec::names::PARSER_ERROR;
use subunit_codec::{Assembler, Item, PARSER_TEST_ID, Packet, Protocol, summarize_damage};

use crate::listing::{Choice, Listing};

/// List the tests in a subunit stream, as they finish
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("failures")))]
struct Args {
    #[command(flatten)]
    choice: Choice,

    #[command(flatten)]
    empty: FailOnEmpty,

    #[command(flatten)]
    input: Input,
}

const TOOL: &str = "subunit-ls";

const EXAMPLES: [&str; 2] =
    ["subunit-ls -l --status fail,uxsuccess,inprogress run.subunit", "run-tests | subunit-ls --times"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let mut output = TextOutput::new()?;
    let mut unfinished = Vec::new();
    let mut listing = Listing::new(args.choice);
    let read = args.input.streams(Protocol::Auto).try_for_each(|stream| {
        let mut stream = stream?;
        let mut tests = listing.assembler();
        let read = read(&mut stream, &mut tests, &mut listing, &mut output);
        listing.seen.foreign |= stream.is_foreign();
        unfinished.append(&mut tests.finish());
        read
    });
    // After trouble with reading, too: they were read before.
    unfinished.iter().try_for_each(|test| listing.test(test, "", &mut output))?;
    read?;
    output.finish()?;
    Ok(args.empty.verdict(listing.seen))
}

fn read(
    stream: &mut Stream,
    tests: &mut Assembler,
    listing: &mut Listing,
    output: &mut TextOutput,
) -> Result<(), Trouble> {
    // What an earlier tool says of the damage that it reports.
    let mut damage = String::new();
    while let Some(item) = stream.next(output)? {
        match &item {
            Item::Packet(packet) if !packet.has_test_id() => {
                listing.text(packet.file_bytes().unwrap_or_default(), output)?;
            }
            Item::Packet(packet) => {
                if let Some(summary) = reported_damage(packet) {
                    damage = summary;
                }
                if let Some(test) = tests.push(packet) {
                    let is_report = test.id == PARSER_TEST_ID;
                    listing.test(test, if is_report { &damage } else { "" }, output)?;
                    if is_report {
                        damage.clear();
                    }
                }
            }
            Item::Text(text) => listing.text(text, output)?,
            Item::Damage(damage) => listing.test(tests.push_damage(damage), &damage.summary(), output)?,
        }
    }
    Ok(())
}

/// What a packet says of damage, if it is of a report by an earlier tool.
fn reported_damage(packet: &Packet<'_>) -> Option<String> {
    // The file first: most packets have none.
    let is_report = packet.file_name() == Some(PARSER_ERROR) && packet.is_about(PARSER_TEST_ID);
    is_report.then(|| summarize_damage(packet.file_bytes().unwrap_or_default()))
}
