//! Writes what a stream holds as JSON.

use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, Input, NoPassthrough, Output, Trouble, Verdict};
use subunit_codec::{Item, Protocol};
use subunit_formats::item_json;

/// Write a subunit stream as JSON: a line for each packet, text or damage
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, None))]
struct Args {
    /// Add the bytes of packets, in base64
    #[arg(long)]
    raw: bool,

    #[command(flatten)]
    text: NoPassthrough,

    #[command(flatten)]
    input: Input,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] = [
    "subunit2json run.subunit | jq -r 'select(.file_name).file_name'",
    "subunit2json run.subunit | jq -c 'del(.timestamp)' | json2subunit",
];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let mut output = Output::new()?;
    let mut line = Vec::new();
    for stream in args.input.streams(Protocol::Auto) {
        let mut stream = stream?;
        while let Some(item) = stream.next(&mut output)? {
            if matches!(item, Item::Text(_)) && args.text.no_passthrough {
                continue;
            }
            line.clear();
            let written = item_json::append_line(&item, args.raw, &mut line);
            written.map_err(|_| Trouble::message("out of memory"))?;
            output.bytes(&line)?;
        }
    }
    output.finish()?;
    Ok(Verdict::Success)
}
