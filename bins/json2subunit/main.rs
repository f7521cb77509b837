//! Writes JSON as the stream that it was made of.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, LineReader, NoPassthrough, Output, Piece, Trouble, Verdict};
use subunit_formats::item_json::{Restored, restore};

/// Write the JSON of subunit2json as a subunit stream
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, None))]
struct Args {
    /// Files to read; - is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    #[command(flatten)]
    text: NoPassthrough,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] =
    ["subunit2json < run.subunit | grep -v skip | json2subunit", "json2subunit run.json > run.subunit"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let mut output = Output::for_packets()?;
    let mut verdict = Verdict::Success;
    for name in cli::operands(args.files) {
        let mut lines = Lines { reader: LineReader::open(&name)?, line: Vec::new(), number: 0 };
        while let Some(line) = lines.next(&mut output)? {
            match restore(line) {
                Ok(Restored::Text(_)) if args.text.no_passthrough => {}
                Ok(Restored::Packets(bytes) | Restored::Text(bytes) | Restored::Damage(bytes)) => {
                    output.bytes(&bytes)?;
                }
                Err(error) => {
                    verdict = Verdict::Incomplete;
                    let (name, number) = (lines.reader.name(), lines.number);
                    let _ = Trouble::message(format_args!("{name}: line {number}: {error}")).reported(TOOL);
                }
            }
        }
    }
    output.finish()?;
    Ok(verdict)
}

/// Lines, however long.
struct Lines {
    reader: LineReader,
    line: Vec<u8>,
    number: u64,
}

impl Lines {
    /// The next line that is not blank. Flushes `output` before it waits.
    fn next(&mut self, output: &mut Output) -> Result<Option<&[u8]>, Trouble> {
        loop {
            self.line.clear();
            while let Some(Piece::Line(piece) | Piece::Rest(piece)) = self.reader.next(output, None)? {
                self.line.try_reserve(piece.len()).map_err(|_| Trouble::message("out of memory"))?;
                self.line.extend_from_slice(piece);
                if piece.ends_with(b"\n") {
                    break;
                }
            }
            if self.line.is_empty() {
                return Ok(None);
            }
            self.number += 1;
            if !self.line.trim_ascii().is_empty() {
                return Ok(Some(&self.line));
            }
        }
    }
}
