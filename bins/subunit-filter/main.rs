//! Selects tests in a stream.

mod args;
mod edits;
mod filter;
mod optparse;
mod outcome_flags;
mod patterns;
mod rename;
mod rules;
mod search;

use std::process::ExitCode;

use subunit_cli::{self as cli, Output, Stream, Trouble, Verdict};
use subunit_codec::{Item, Protocol};

use crate::args::Args;
use crate::filter::Filter;

fn main() -> ExitCode {
    cli::main_with(optparse::spelled_out, run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let mut output = Output::for_packets()?;
    let mut filter = Filter::new(args.rules()?, args.edits()?);
    for stream in args.input.streams(Protocol::Auto) {
        filter_stream(&mut stream?, &mut filter, args.flags.passes_text, &mut output)?;
    }
    output.finish()?;
    Ok(Verdict::Success)
}

fn filter_stream(
    stream: &mut Stream,
    filter: &mut Filter,
    passes_text: bool,
    output: &mut Output,
) -> Result<(), Trouble> {
    let end = loop {
        let item = match stream.next(output) {
            Ok(Some(item)) => item,
            end => break end.map(drop),
        };
        match &item {
            Item::Packet(packet) => filter.packet(packet, output)?,
            Item::Text(_) if !passes_text => {}
            Item::Text(text) => output.wrapped(text)?,
            Item::Damage(damage) => output.damage(damage)?,
        }
    };
    // After trouble with reading, too: what waits was read before.
    filter.finish(output)?;
    end
}
