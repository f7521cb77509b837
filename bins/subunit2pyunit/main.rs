//! Shows a stream as unittest shows a run.

mod details;
mod report;

use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, FailOnEmpty, Input, NoPassthrough, Seen, Stream, Trouble, Verdict};
use subunit_codec::{Assembler, Item, Protocol, Renew, Status, Tracker};

use crate::report::Report;

/// Show a subunit stream as Python's unittest shows a run, on standard error
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("failures")))]
struct Args {
    /// Of python-subunit, where it needs breezy.
    #[arg(long, hide = true)]
    progress: bool,

    #[command(flatten)]
    text: NoPassthrough,

    #[command(flatten)]
    empty: FailOnEmpty,

    #[command(flatten)]
    input: Input,
}

const TOOL: &str = "subunit2pyunit";

const EXAMPLES: [&str; 2] = ["run-tests | subunit2pyunit", "subunit2pyunit --no-passthrough run.subunit 2> report"];

/// So many bytes of an attachment are shown.
const LONGEST_ATTACHMENT: usize = 64 << 10;

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    if args.progress {
        return Err(Trouble::message("--progress is not supported, as it needs breezy; subunit-trace shows progress"));
    }
    let mut report = Report::new(!args.text.no_passthrough)?;
    let mut seen = Seen::default();
    let mut unfinished = Vec::new();
    let read = args.input.streams(Protocol::Auto).try_for_each(|stream| {
        let mut stream = stream?;
        let mut tests = Assembler::keeping_heads(LONGEST_ATTACHMENT);
        let read = read(&mut stream, &mut tests, &mut report);
        seen.foreign |= stream.is_foreign();
        unfinished.append(&mut tests.finish());
        read
    });
    // After trouble with reading, too: they were read before.
    unfinished.iter().try_for_each(|test| report.end(test))?;
    (seen.tests, seen.failures) = (report.has_tests(), report.has_failures());
    let verdict = args.empty.verdict(seen);
    let is_good = read.is_ok() && verdict == Verdict::Success && !cli::is_interrupted();
    report.finish(is_good)?;
    read.map(|()| verdict)
}

/// Whether it was printed that a test begins.
#[derive(Default)]
struct IsBegun(bool);

impl Renew for IsBegun {}

fn read(stream: &mut Stream, tests: &mut Assembler, report: &mut Report) -> Result<(), Trouble> {
    let mut begun: Tracker<IsBegun> = Tracker::new();
    while let Some(item) = stream.next(report)? {
        report.item(&item)?;
        match &item {
            // It was not run.
            Item::Packet(packet) if packet.status() == Some(Status::Exists) => {}
            Item::Packet(packet) => {
                if let Some(test) = begun.push(packet).flight()
                    && test.has_status()
                    && !std::mem::replace(&mut test.value.0, true)
                {
                    report.begin(test.id())?;
                }
                tests.push(packet).map_or(Ok(()), |test| report.end(test))?;
            }
            Item::Text(_) => {}
            Item::Damage(damage) => {
                let test = tests.push_damage(damage);
                report.begin(&test.id)?;
                report.end(test)?;
            }
        }
    }
    Ok(())
}
