//! Merges streams into one.

mod command;
mod merge_live;
mod merge_recorded;
mod relabel;
mod shared_output;
mod source;
mod stdin_router;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, Trouble, Verdict};
use subunit_codec::Protocol;

use crate::relabel::Labels;
use crate::source::Source;

/// Merge subunit streams from files and commands into one, as they come
#[derive(Parser)]
#[command(name = "subunit-mux", version, args_override_self = true, infer_long_args = true)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
struct Args {
    /// Files to read; CODE=SOURCE says the route code
    #[arg(value_name = "SOURCE")]
    files: Vec<OsString>,

    /// Run a command and read what it prints
    #[arg(short, long = "command", value_name = "COMMAND")]
    commands: Vec<OsString>,

    /// Tag packets with worker-CODE
    #[arg(long)]
    tag: bool,

    /// Stamp packets that have no time
    #[arg(long)]
    timestamps: bool,

    /// Pass standard input on to the commands
    #[arg(long, requires = "commands")]
    stdin: bool,

    /// Merge recorded streams by the times in them
    #[arg(long, conflicts_with_all = ["commands", "stdin"])]
    in_order: bool,

    /// Leave out text and standard error
    #[arg(long)]
    no_passthrough: bool,

    /// Version of the protocol: auto, 1 or 2
    #[arg(long, value_name = "VERSION", default_value = "auto", hide_default_value = true)]
    protocol: Protocol,
}

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let sources = Source::all(args.commands, args.files, args.stdin)?;
    let labels = Labels { tag: args.tag, timestamps: args.timestamps, text: !args.no_passthrough };
    if args.in_order {
        merge_recorded::run(sources, labels, args.protocol)
    } else {
        merge_live::run(sources, labels, args.protocol, args.stdin)
    }
}
