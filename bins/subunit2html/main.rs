//! Shows the tests in a stream as a page for browsers.

mod article;
mod axis;
mod bars;
mod drawing;
mod operands;
mod outcome;
mod page;
mod part;
mod picture;
mod report;
mod rows;
mod run_files;
mod text;
mod timeline;
mod totals;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, Input, NoPassthrough, Output, ReportDraft, TextOutput, Trouble, Verdict};
use subunit_codec::{Item, Protocol};

use crate::operands::Target;
use crate::report::Report;

/// Show the tests in a subunit stream as a page for browsers
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(override_usage = "subunit2html [OPTIONS] [IN [OUT]]\n       subunit2html [OPTIONS] -o <PATH> [FILE]...")]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, None))]
#[command(mut_arg("files", |files| files.help("Stream to read, and page to write; - is standard input or output")))]
struct Args {
    /// Write the report to PATH; all operands are inputs
    #[arg(short, long, value_name = "PATH")]
    output_to: Option<PathBuf>,

    #[command(flatten)]
    text: NoPassthrough,

    #[command(flatten)]
    input: Input,
}

const TOOL: &str = "subunit2html";

const EXAMPLES: [&str; 2] = ["subunit2html run.subunit run.html", "run-tests | subunit2html -o run.html"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(mut args: Args) -> Result<Verdict, Trouble> {
    let Target { path, is_default } = operands::target(args.input.files(), args.output_to)?;
    path.as_deref().map_or(Ok(()), operands::refuse_stream)?;
    let mut output = TextOutput::to(Output::new()?.optional(path.is_some()));
    let file = args.input.report_file(path.clone())?;
    let mut report = Report::new(args.text.no_passthrough);
    for stream in args.input.streams(Protocol::Auto) {
        let mut stream = stream?;
        while let Some(item) = stream.next(&mut output)? {
            match item {
                Item::Packet(packet) => report.packet(&packet)?,
                Item::Text(text) => report.text(text),
                Item::Damage(damage) => cli::report_damage(&damage, |packet| report.packet(packet))?,
            }
        }
        report.end_stream()?;
    }
    let page = page::complete(report, ReportDraft::new(file, 0))?;
    path.as_deref().map_or(Ok(()), |path| output.make_way_for(path))?;
    page.write(&mut output)?;
    if is_default {
        let _ = Trouble::message(format_args!("the page is in {}", operands::DEFAULT)).reported(TOOL);
    }
    output.finish()?;
    Ok(Verdict::Success)
}
