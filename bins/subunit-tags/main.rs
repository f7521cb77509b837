//! Adds tags to the tests in a stream, and removes tags from them.

mod args;
mod tagger;

use std::process::ExitCode;

use subunit_cli::{self as cli, Output, Stream, Trouble, Verdict};
use subunit_codec::names::STDOUT;
use subunit_codec::{Event, Item, PARSER_TEST_ID, Packet, Protocol};

use crate::args::Args;
use crate::tagger::Tagger;

fn main() -> ExitCode {
    cli::main_with(args::tags_last, run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let tagger = Tagger::new(args.tags)?;
    let for_text = if args.text { &tagger } else { &Tagger::default() };
    let mut output = Output::for_packets()?;
    let mut stream = Stream::standard_input(args.version.protocol.unwrap_or(Protocol::Auto))?;
    while let Some(item) = stream.next(&mut output)? {
        match item {
            Item::Packet(packet) => {
                let tagger = if is_of_a_test(&packet) { &tagger } else { for_text };
                tagger.packet(&packet, &mut output)?;
            }
            Item::Text(text) => for_text.event(Event::global_file(STDOUT, text), &mut output)?,
            Item::Damage(damage) => {
                damage.report().into_iter().try_for_each(|event| for_text.event(event, &mut output))?;
            }
        }
    }
    output.finish()?;
    Ok(Verdict::Success)
}

/// Whether a packet is about a test, not a file of the run or a report of damage.
fn is_of_a_test(packet: &Packet<'_>) -> bool {
    packet.has_test_id() && !packet.is_about(PARSER_TEST_ID)
}
