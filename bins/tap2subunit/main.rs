//! Translates TAP to subunit.

mod conversion;
mod script;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::builder::{OsStringValueParser, TypedValueParser};
use subunit_cli::{self as cli, LineReader, NoPassthrough, Trouble, Verdict};

use crate::conversion::Conversion;

/// Translate TAP, the Test Anything Protocol, to subunit
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("failure")))]
struct Args {
    /// Files to read; - is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// Command to run; its output is read
    #[arg(value_name = "COMMAND", last = true, conflicts_with = "files")]
    command: Vec<OsString>,

    /// Report the script as a test, its tests as SCRIPT/...
    #[arg(long, value_name = "SCRIPT", value_parser = OsStringValueParser::new().try_map(not_empty))]
    name: Option<OsString>,

    /// Add the arrival time to packets without one
    #[arg(long)]
    timestamps: bool,

    #[command(flatten)]
    text: NoPassthrough,
}

const TOOL: &str = env!("CARGO_BIN_NAME");

const EXAMPLES: [&str; 2] = [
    "prove -v t/ | tap2subunit | subunit2junitxml -o report.xml",
    "tap2subunit --name t/a.t -- perl t/a.t | subunit-ls -l",
];

fn not_empty(name: OsString) -> Result<OsString, &'static str> {
    if name.is_empty() { Err("it is empty") } else { Ok(name) }
}

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    // clap does not tell whether there was a `--` before no command.
    if args.command.is_empty() && env::args_os().any(|argument| argument == "--") {
        return Err(Trouble::message("no COMMAND after --; see --help"));
    }
    let name = args.name.map(|name| name.to_string_lossy().into_owned());
    let mut conversion = Conversion::new(name, args.timestamps, !args.text.no_passthrough)?;
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
