//! Shows everything that a stream records of tests.

mod choice;
mod entry;
mod extract;
mod indent;
mod keep;
mod viewer;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, Color, ProtocolVersion, Stream, TextOutput, Trouble, Verdict};
use subunit_codec::{Item, Protocol};

use crate::choice::Choice;
use crate::viewer::Viewer;

/// Show everything recorded of tests, by default of those that failed
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("missing")))]
struct Args {
    /// File to read; - is standard input
    #[arg(value_name = "FILE")]
    file: Option<OsString>,

    #[command(flatten)]
    choice: Choice,

    /// Write only the bytes of an attachment
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    attachment: Option<String>,

    #[command(flatten)]
    color: Color,

    #[command(flatten)]
    version: ProtocolVersion,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] = ["subunit-show run.subunit | less", "subunit-show run.subunit net.Ping"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let mut output = TextOutput::new()?;
    let is_colored = args.color.is_on();
    let mut viewer = Viewer::new(args.choice, args.attachment, is_colored);
    let file = args.file.unwrap_or_else(|| "-".into());
    let mut stream = if file == "-" {
        Stream::standard_input(args.version.protocol.unwrap_or(Protocol::Auto))?
    } else {
        Stream::open(&file, args.version.protocol.unwrap_or(Protocol::Auto))?
    };
    let read = read(&mut stream, &mut viewer, &mut output);
    // After trouble with reading, too: they were read before.
    viewer.unfinished(&mut output)?;
    read?;
    let is_foreign = stream.is_foreign();
    let is_complete = viewer.end(is_foreign, &mut output)?;
    output.finish()?;
    Ok(Verdict::failure_if(is_foreign || !is_complete))
}

fn read(stream: &mut Stream, viewer: &mut Viewer, output: &mut TextOutput) -> Result<(), Trouble> {
    while let Some(item) = stream.next(output)? {
        match item {
            Item::Packet(packet) => viewer.packet(&packet, output)?,
            Item::Text(text) => viewer.text(text)?,
            Item::Damage(damage) => cli::report_damage(&damage, |packet| viewer.packet(packet, output))?,
        }
    }
    Ok(())
}
