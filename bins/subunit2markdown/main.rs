//! Sums up a run for the page of a CI server.

mod annotation;
mod inline;
mod page;
mod results;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, FailOnEmpty, Input, Output, RunResults, Seen, TextOutput, Trouble, Verdict};
use subunit_codec::{Assembler, Item, Protocol};

use crate::results::Results;

/// Sum up a subunit stream in Markdown, for the page of a CI server
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("failures")))]
struct Args {
    /// Heading of the summary [default: Tests]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// Write BYTES at most [default: 1000000]
    #[arg(long, value_name = "BYTES", value_parser = limit, allow_negative_numbers = true)]
    limit: Option<usize>,

    /// List the N slowest tests
    #[arg(long, value_name = "N", value_parser = cli::count, allow_negative_numbers = true)]
    slowest: Option<usize>,

    /// Compare with this run
    #[arg(long, value_name = "RUN")]
    against: Option<OsString>,

    /// Write annotations for GitHub instead
    #[arg(long)]
    annotate: bool,

    #[command(flatten)]
    empty: FailOnEmpty,

    #[command(flatten)]
    input: Input,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] =
    ["subunit2markdown run.subunit >> \"$GITHUB_STEP_SUMMARY\"", "subunit2markdown --annotate run.subunit"];

/// GitHub refuses more than 1,024 KiB a step.
const LIMIT: usize = 1_000_000;
const SMALLEST_LIMIT: usize = 1_000;
/// So many of the slowest tests are listed.
const SLOWEST: usize = 5;
/// So many bytes of an attachment are kept until its test ends.
const LONGEST_ATTACHMENT: usize = 256 << 10;

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let before = args.against.as_deref().map(RunResults::read).transpose()?;
    let limit = args.limit.unwrap_or(LIMIT);
    let mut output = TextOutput::to(Output::new()?);
    let mut results = Results::new(before, limit, args.slowest.unwrap_or(SLOWEST));
    let mut seen = Seen::default();
    for stream in args.input.streams(Protocol::Auto) {
        let mut stream = stream?;
        let mut tests = Assembler::keeping_heads(LONGEST_ATTACHMENT);
        while let Some(item) = stream.next(&mut output)? {
            match &item {
                Item::Packet(packet) => {
                    if let Some(test) = tests.push(packet) {
                        results.add(test);
                    }
                }
                Item::Damage(damage) => results.add(tests.push_damage(damage)),
                Item::Text(_) => {}
            }
        }
        tests.finish().iter().for_each(|test| results.add(test));
        seen.foreign |= stream.is_foreign();
    }
    let failures = results.failures();
    seen.failures = !failures.is_empty();
    seen.tests = seen.failures || results.passed + results.skipped > 0;
    let page = if args.annotate {
        let folder = env::current_dir().map_err(|cause| Trouble::with("the working directory", &cause))?;
        annotation::annotations(failures.into_iter(), &folder)
    } else {
        page::render(&results, &heading(args.title), limit)
    };
    output.lines(&page)?;
    output.finish()?;
    Ok(args.empty.verdict(seen))
}

/// The heading as text.
fn heading(title: Option<String>) -> String {
    title.map_or_else(|| "Tests".to_owned(), |title| inline::plain(&title))
}

/// Reads the value of `--limit`.
fn limit(value: &str) -> Result<usize, &'static str> {
    match cli::count(value)? {
        ..SMALLEST_LIMIT => Err("must be 1000 or more"),
        limit => Ok(limit),
    }
}
