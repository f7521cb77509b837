//! Translates TAP to subunit.

mod conversion;
mod script;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, LineReader, Trouble, Verdict};

use crate::conversion::Conversion;

/// Translate TAP, the Test Anything Protocol, to subunit
#[derive(Parser)]
#[command(name = "tap2subunit", version, args_override_self = true, infer_long_args = true)]
struct Args {
    /// Files to read; - is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// Command to run, and to read what it prints
    #[arg(value_name = "COMMAND", last = true, conflicts_with = "files")]
    command: Vec<OsString>,

    /// Put all tests below one of this name
    #[arg(long, value_name = "SCRIPT")]
    name: Option<OsString>,

    /// Stamp events with the time at which they come
    #[arg(long)]
    timestamps: bool,

    /// Drop lines that are not TAP
    #[arg(long)]
    no_passthrough: bool,
}

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let name = args.name.map(|name| name.to_string_lossy().into_owned());
    let mut conversion = Conversion::new(name, args.timestamps, !args.no_passthrough)?;
    if !args.command.is_empty() {
        return script::run(&args.command, conversion);
    }
    conversion.begin()?;
    for name in cli::operands(args.files) {
        conversion.read(&mut LineReader::open(&name)?)?;
    }
    conversion.end(None)?;
    Ok(Verdict::Success)
}
