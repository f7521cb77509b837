//! Merges streams into one.

mod command;
mod labels;
mod merge_live;
mod merge_recorded;
mod source;
mod stdin_router;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use subunit_cli::{self as cli, Labels, NoPassthrough, ProtocolVersion, Trouble, Verdict};
use subunit_codec::Protocol;
use subunit_codec::names::WORKER_PREFIX;

use crate::labels::SourceLabels;
use crate::source::Source;

/// Merge subunit streams from files and commands into one, as they come
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("failure")))]
struct Args {
    /// Files to read, optionally CODE=FILE
    #[arg(value_name = "SOURCE")]
    files: Vec<OsString>,

    /// Run [CODE=]COMMAND and read its output
    #[arg(short, long = "command", value_name = "COMMAND")]
    commands: Vec<OsString>,

    /// Tag with PREFIX and route code [default: worker-]
    #[arg(long, value_name = "PREFIX", num_args = 0..=1, require_equals = true, default_missing_value = WORKER_PREFIX)]
    tag: Option<String>,

    /// Add the arrival time to packets without one
    #[arg(long)]
    timestamps: bool,

    /// Pass standard input on to the commands
    #[arg(long, requires = "commands")]
    stdin: bool,

    /// Merge recorded streams by their times
    #[arg(long, conflicts_with_all = ["commands", "stdin"])]
    in_order: bool,

    #[command(flatten)]
    passthrough: NoPassthrough,

    #[command(flatten)]
    version: ProtocolVersion,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] = [
    "subunit-mux -c 'web=ssh web run-tests' -c 'db=ssh db run-tests' > run",
    "subunit-mux --in-order worker-*.subunit | subunit-ls",
];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let sources = Source::all(args.commands, args.files, args.stdin)?;
    let protocol = args.version.protocol.unwrap_or(Protocol::Auto);
    let labels = SourceLabels {
        tag_prefix: args.tag,
        all: Labels {
            tag: None,
            timestamps: args.timestamps,
            text: !args.passthrough.no_passthrough,
            is_told: Arc::default(),
        },
    };
    if args.in_order {
        merge_recorded::run(sources, &labels, protocol)
    } else {
        merge_live::run(sources, &labels, protocol, args.stdin)
    }
}
