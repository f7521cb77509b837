//! Selects tests in a stream.

mod args;
mod ended;
mod filter;
mod hold;
mod rename;
mod rules;
mod search;
mod switches;

use std::process::ExitCode;

use subunit_cli::{self as cli, Output, Trouble, Verdict};
use subunit_codec::{Item, Protocol};

use crate::args::Args;
use crate::filter::Filter;

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let mut output = Output::new()?;
    let mut filter = Filter::new(args.rules()?);
    for stream in args.input.streams(Protocol::Auto) {
        let mut stream = stream?;
        while let Some(item) = stream.next(&mut output)? {
            match item {
                Item::Packet(packet) => filter.packet(&packet, &mut output)?,
                Item::Text(_) if !args.switches.passes_text => {}
                Item::Text(text) => output.wrapped(text)?,
                Item::Damage(damage) => output.damage(&damage)?,
            }
        }
        filter.finish(&mut output)?;
    }
    output.finish()?;
    Ok(Verdict::Success)
}
