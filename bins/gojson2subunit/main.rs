//! Translates the output of `go test -json` to subunit.

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use subunit_cli::{self as cli, FailOnEmpty, NoPassthrough, Output, Seen, Trouble, Verdict, WholeLine, WholeLines};
use subunit_codec::Event;
use subunit_formats::go_test::Converter;

/// Translate the output of `go test -json` to subunit
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("failures")))]
struct Args {
    /// Files to read; - is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    #[command(flatten)]
    text: NoPassthrough,

    #[command(flatten)]
    empty: FailOnEmpty,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] =
    ["go test -json ./... 2>&1 | gojson2subunit | subunit-trace", "gojson2subunit run.json > run.subunit"];

/// How long output waits for more if nothing comes.
const PATIENCE: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let mut sink = Sink { output: Output::for_packets()?, text: args.text };
    let mut seen = Seen::default();
    for name in cli::operands(args.files) {
        let mut lines = WholeLines::open(&name)?;
        let mut go = Converter::new();
        let read = convert(&mut lines, &mut go, &mut sink);
        go.end(|event| sink.write(event))?;
        seen.failures |= go.has_failed();
        seen.tests |= go.has_tests();
        read?;
        if lines.number() > 0 && !go.is_recognized() {
            seen.foreign = true;
            let _ = Trouble::message(format_args!("{}: not the output of go test -json", lines.name())).reported(TOOL);
        }
    }
    sink.output.finish()?;
    Ok(args.empty.verdict(seen))
}

fn convert(lines: &mut WholeLines, go: &mut Converter, sink: &mut Sink) -> Result<(), Trouble> {
    while let Some(next) = lines.next(&mut sink.output, Some(PATIENCE))? {
        match next {
            WholeLine::Line(line) => go.line(line, |event| sink.write(event))?,
            WholeLine::Pause => go.pause(|event| sink.write(event))?,
        }
    }
    Ok(())
}

struct Sink {
    output: Output,
    text: NoPassthrough,
}

impl Sink {
    fn write(&mut self, event: &Event<'_>) -> Result<(), Trouble> {
        if self.text.drops(event) { Ok(()) } else { self.output.event(event) }
    }
}
