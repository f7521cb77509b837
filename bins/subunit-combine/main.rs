//! Runs commands and combines their streams.

mod command;
mod command_stream;
mod config;
mod expand;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Parser;
use subunit_cli::{
    self as cli, Children, IdList, NoPassthrough, Output, SharedOutput, SourceFailure, Trouble, Verdict,
};

use crate::command::{Run, Runner};
use crate::config::Config;

/// Run the commands of a configuration and combine their subunit streams
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("failure")))]
struct Args {
    /// File in YAML that describes the commands
    #[arg(value_name = "CONFIG")]
    config: OsString,

    /// Tests to run, of the commands whose prefix they have
    #[arg(value_name = "ID")]
    ids: Vec<String>,

    /// List tests instead of running them
    #[arg(long)]
    list: bool,

    /// Keep tests whose ids FILE lists
    #[arg(long, value_name = "FILE")]
    load_list: Option<PathBuf>,

    /// Run N commands at once [default: 1]
    #[arg(short, long, value_name = "N", value_parser = cli::positive_count, allow_negative_numbers = true)]
    jobs: Option<usize>,

    #[command(flatten)]
    text: NoPassthrough,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] =
    ["subunit-combine tests.yaml | subunit-trace", "subunit-combine -j 4 tests.yaml > run.subunit"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let config = Config::read(&args.config)?;
    let ids = wanted(args.load_list, args.ids)?;
    let output = SharedOutput::new(Output::for_packets()?);
    let (mut runs, mut verdict) = (Vec::new(), Verdict::Success);
    for (number, command) in config.commands.into_iter().enumerate() {
        if args.list && !command.can_list() {
            let problem = format!("commands[{number}]: not listed, since its argv has no $LISTOPT");
            let _ = Trouble::message(problem).reported(TOOL);
            verdict = Verdict::Incomplete;
            continue;
        }
        match ids.as_deref().map(|ids| command.own(ids)) {
            Some(own) if own.is_empty() => {}
            own => runs.push(Run { command, ids: own, lists: args.list }),
        }
    }
    let has_failed = Children::run(|children| {
        let runner = Runner { children: Arc::clone(children), output, text: args.text };
        run_all(&runner, &runs, args.jobs.unwrap_or(1))
    })?;
    Ok(if verdict == Verdict::Success { Verdict::failure_if(has_failed) } else { verdict })
}

/// The tests that are asked for, if any are: those of the list first.
fn wanted(list: Option<PathBuf>, ids: Vec<String>) -> Result<Option<Vec<String>>, Trouble> {
    if list.is_none() && ids.is_empty() {
        return Ok(None);
    }
    let mut wanted = Vec::new();
    if let Some(file) = list {
        for id in IdList::ordered(&file)? {
            let problem = |_| Trouble::message(format_args!("{}: an id is not UTF-8", file.display()));
            wanted.push(String::from_utf8(id).map_err(problem)?);
        }
    }
    wanted.extend(ids);
    Ok(Some(wanted))
}

/// Runs commands, `jobs` of them at once, and says whether one failed.
fn run_all(runner: &Runner, runs: &[Run], jobs: usize) -> Result<bool, Trouble> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut has_failed = false;
        while let Some(run) = runs.get(next.fetch_add(1, Ordering::Relaxed)).filter(|_| !cli::is_interrupted()) {
            has_failed |= match runner.run(run) {
                Ok(is_good) => !is_good,
                // It costs itself only.
                Err(SourceFailure::Source(trouble)) => {
                    let _ = trouble.reported(TOOL);
                    true
                }
                Err(SourceFailure::All(trouble)) => return Err(trouble),
            };
        }
        Ok(has_failed)
    };
    if jobs == 1 {
        return work();
    }
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.min(runs.len())).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_fold(false, |has_failed, worker| {
            let result = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            result.map(|failed| has_failed | failed)
        })
    })
}
