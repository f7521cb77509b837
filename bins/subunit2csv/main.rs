//! Lists the tests in a stream as CSV.

mod column;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, FailOnEmpty, Input, NoPassthrough, Output, Routing};
use subunit_cli::{Seen, Stream, TextOutput, Trouble, Verdict};
use subunit_codec::{Assembler, Item, Protocol};

use crate::column::Column;
use crate::table::Table;

/// List the tests in a subunit stream as CSV
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("failures")))]
struct Args {
    /// Write the report to PATH
    #[arg(short, long, value_name = "PATH")]
    output_to: Option<PathBuf>,

    /// Forward the stream as packets; with -o
    #[arg(short, long, requires = "output_to")]
    forward: bool,

    /// Columns, such as test,status,duration,worker
    #[arg(long, value_name = "LIST", value_delimiter = ',', hide_possible_values = true)]
    columns: Vec<Column>,

    /// Put ' before cells that spreadsheets compute
    #[arg(long)]
    spreadsheet: bool,

    #[command(flatten)]
    text: NoPassthrough,

    #[command(flatten)]
    empty: FailOnEmpty,

    #[command(flatten)]
    input: Input,
}

const TOOL: &str = "subunit2csv";

const EXAMPLES: [&str; 2] =
    ["subunit2csv -o run.csv run.subunit", "run-tests | subunit2csv --columns test,status,worker -o run.csv"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(mut args: Args) -> Result<Verdict, Trouble> {
    let routing = Routing { stream: args.forward, text: !args.text.no_passthrough };
    let output = if args.forward { Output::for_packets() } else { Output::new() };
    let mut output = TextOutput::to(output?.optional(args.output_to.is_some()));
    let file = args.input.report_file(args.output_to.clone())?;
    if args.columns.is_empty() {
        args.columns = Column::USUAL.to_vec();
    }
    let mut seen = Seen::default();
    let mut table = Table::new(args.columns, args.spreadsheet, file);
    table.head(&mut output)?;
    let mut unfinished = Vec::new();
    let read = args.input.streams(Protocol::Auto).try_for_each(|stream| {
        let mut stream = stream?;
        let mut tests = table.assembler();
        let read = read(&mut stream, &mut tests, routing, &mut table, &mut output);
        seen.foreign |= stream.is_foreign();
        unfinished.append(&mut tests.finish());
        read
    });
    // After trouble with reading, too: they were read before.
    unfinished.iter().try_for_each(|test| table.test(test, &mut output))?;
    read?;
    (seen.tests, seen.failures) = (table.has_tests, table.has_failures);
    if let Some(path) = &args.output_to {
        output.make_way_for(path)?;
    }
    table.finish(&mut output)?;
    output.finish()?;
    Ok(args.empty.verdict(seen))
}

fn read(
    stream: &mut Stream,
    tests: &mut Assembler,
    routing: Routing,
    table: &mut Table,
    output: &mut TextOutput,
) -> Result<(), Trouble> {
    while let Some(item) = stream.next(output)? {
        routing.item(&item, output)?;
        match &item {
            Item::Packet(packet) => tests.push(packet).map_or(Ok(()), |test| table.test(test, output))?,
            Item::Text(_) => {}
            Item::Damage(damage) => table.test(tests.push_damage(damage), output)?,
        }
    }
    Ok(())
}
