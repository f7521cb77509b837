//! Passes on the last word of each test.

mod attempts;
mod waiting;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use subunit_cli::{self as cli, Identity, Input, NoPassthrough, Output, Stream, Trouble, Verdict};
use subunit_codec::{Item, Protocol};

use crate::attempts::Attempts;

/// Pass on the last attempt of each test, with what became of the others
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, None))]
struct Args {
    /// Have tests that pass in the end pass or fail
    #[arg(long, value_name = "STATUS", default_value = "pass", hide_default_value = true, hide_possible_values = true)]
    flaky: Flaky,

    #[command(flatten)]
    identity: Identity,

    #[command(flatten)]
    text: NoPassthrough,

    #[command(flatten)]
    input: Input,
}

/// What becomes of a test that passes after it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Flaky {
    Pass,
    Fail,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] =
    ["cat first again | subunit-attempts | subunit-ls", "subunit-attempts --flaky fail first again"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let mut output = Output::for_packets()?;
    let mut attempts = Attempts::new(args.identity, args.flaky);
    let streams = args.input.streams(Protocol::Auto);
    let read = streams.map(|stream| read(&mut stream?, &mut attempts, !args.text.no_passthrough, &mut output));
    let read: Result<(), Trouble> = read.collect();
    // After trouble with reading, too: what waits was read before.
    attempts.finish(&mut output)?;
    output.finish()?;
    read.map(|()| Verdict::Success)
}

fn read(stream: &mut Stream, attempts: &mut Attempts, passes_text: bool, output: &mut Output) -> Result<(), Trouble> {
    let end = loop {
        let item = match stream.next(output) {
            Ok(Some(item)) => item,
            end => break end.map(drop),
        };
        match &item {
            Item::Packet(packet) => attempts.packet(packet, output)?,
            Item::Text(_) if !passes_text => {}
            Item::Text(text) => output.wrapped(text)?,
            Item::Damage(damage) => output.damage(damage)?,
        }
    };
    attempts.end_stream(output)?;
    end
}
