//! Shares out a list of tests.

mod summary;
mod weights;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use regex::Regex;
use subunit_cli::{self as cli, ReportFile, RunDurations, Shares, TestGroups, TextOutput, Trouble, Verdict};

use crate::summary::summary;
use crate::weights::weights;

/// Share out a list of tests into parts that take about as long
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(override_usage = "subunit-split [OPTIONS] -n <N> -o <PREFIX> [LIST]\n       \
                            subunit-split [OPTIONS] -n <N> -k <K> [LIST]\n       \
                            subunit-split [OPTIONS] -k <K/N> [LIST]")]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, None))]
struct Args {
    /// Make N parts
    #[arg(short = 'n', long, value_name = "N", value_parser = cli::positive_count, allow_negative_numbers = true)]
    parts: Option<usize>,

    /// Write the parts to PREFIX0, PREFIX1 and so on
    #[arg(short, long, value_name = "PREFIX", required_unless_present = "part", conflicts_with = "part")]
    output_prefix: Option<OsString>,

    /// Write part K (from 0) or K/N (from 1) to stdout
    #[arg(short = 'k', long, value_name = "K", value_parser = wanted, allow_negative_numbers = true)]
    part: Option<Wanted>,

    /// Take durations from this run; may be repeated
    #[arg(long, value_name = "RUN")]
    times: Vec<OsString>,

    /// Keep tests together whose match is the same
    #[arg(long, value_name = "REGEX", value_parser = cli::pattern)]
    group: Option<Regex>,

    /// Share out differently for each SEED
    #[arg(long, value_name = "SEED")]
    vary: Option<String>,

    /// In id lists, do not treat # as a comment
    #[arg(long)]
    whole_lines: bool,

    /// End each line with NUL, not newline
    #[arg(short = '0', long)]
    null: bool,

    /// Ids, or a stream that names them; - is standard input
    #[arg(value_name = "LIST", default_value = "-", hide_default_value = true)]
    list: OsString,
}

/// The part that is wanted.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    /// Its number, from 0.
    number: usize,
    /// The number of parts, if the option has it.
    of: Option<usize>,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] =
    ["subunit-split -n 4 -o part. --times run.subunit ids", "list-tests | subunit-split -k 2/5 > ids"];

fn main() -> ExitCode {
    cli::main(|args| run(&args))
}

fn run(args: &Args) -> Result<Verdict, Trouble> {
    let count = args.count()?;
    let files = args.files(count);
    let inputs = args.times.iter().chain([&args.list]).map(OsString::as_os_str);
    cli::refuse_same_files(inputs, files.iter().map(PathBuf::as_path))?;
    let files: Vec<ReportFile> = files.into_iter().map(ReportFile::new).collect::<Result<_, _>>()?;

    let ids = cli::read_test_list(&args.list, args.whole_lines)?;
    let durations = RunDurations::read(&args.times)?;
    if cli::is_interrupted() {
        // Durations of half a run would give other parts.
        return Ok(Verdict::Success);
    }
    if let Some(id) = ids.iter().find(|id| id.contains('\n') && !args.null) {
        return Err(Trouble::message(format_args!("{id}: an id holds a newline; use -0")));
    }
    let estimates = durations.estimates(ids.iter().map(String::as_str));
    let weights = weights(&ids, estimates.as_deref(), args.vary.as_deref());
    let parts = Shares::new(&TestGroups::new(&ids, &weights, args.group.as_ref()), count);

    for (number, file) in files.iter().enumerate() {
        file.write(|file| file.write_all(&args.lines(&ids, parts.tests(number))))?;
    }
    if let Some(Wanted { number, .. }) = args.part {
        let mut output = TextOutput::new()?;
        let lines = args.lines(&ids, parts.tests(number));
        if args.null { output.raw().bytes(&lines) } else { output.text(&lines) }?;
        output.finish()?;
    }
    let summary = summary(&parts, estimates.as_deref(), !args.times.is_empty());
    let _ = Trouble::message(summary).reported(TOOL);
    Ok(Verdict::Success)
}

impl Args {
    /// How many parts there are.
    fn count(&self) -> Result<usize, Trouble> {
        let problem = match (self.parts, self.part) {
            (Some(count), Some(Wanted { number, of: None })) if number >= count => {
                format!("there is no part {number} of {count}: -k counts from 0")
            }
            (Some(count), None | Some(Wanted { of: None, .. })) | (None, Some(Wanted { of: Some(count), .. })) => {
                return Ok(count);
            }
            (None, _) => "the number of parts is missing: -n N or -k K/N".to_owned(),
            (Some(_), Some(Wanted { of: Some(_), .. })) => {
                "-k K/N says how many parts there are; leave out -n".to_owned()
            }
        };
        Err(Trouble::message(format_args!("{problem}; see --help")))
    }

    /// The files to write.
    fn files(&self, count: usize) -> Vec<PathBuf> {
        let Some(prefix) = &self.output_prefix else { return Vec::new() };
        let path = |number: usize| {
            let mut path = prefix.clone();
            path.push(number.to_string());
            path.into()
        };
        (0..count).map(path).collect()
    }

    /// A list of tests.
    fn lines(&self, ids: &[String], tests: &[usize]) -> Vec<u8> {
        let end = if self.null { b"\0" } else { b"\n" };
        tests.iter().flat_map(|test| [ids[*test].as_bytes(), end]).collect::<Vec<_>>().concat()
    }
}

/// Reads the value of `-k`.
fn wanted(value: &str) -> Result<Wanted, &'static str> {
    let Some((number, count)) = value.split_once('/') else {
        return Ok(Wanted { number: cli::count(value)?, of: None });
    };
    let (number, count) = (cli::positive_count(number)?, cli::positive_count(count)?);
    if number > count { Err("K is more than N") } else { Ok(Wanted { number: number - 1, of: Some(count) }) }
}
