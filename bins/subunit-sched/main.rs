//! Hands tests to workers that are free.

mod events;
mod overhead;
mod plan;
mod pool;
mod queue;
mod rpc;
mod runner;
mod silence_timeout;
mod supervisor;
mod worker;

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::thread::available_parallelism;
use std::time::Duration;

use clap::Parser;
use regex::Regex;
use subunit_cli::{
    self as cli, Children, IdList, Labels, Output, RunDurations, SharedOutput, SourceFailure, Trouble, Verdict, spawn,
};
use subunit_codec::names::WORKER_PREFIX;

use crate::overhead::Overhead;
use crate::plan::Plan;
use crate::pool::Pool;
use crate::queue::Queue;
use crate::supervisor::{Context, Supervisor};
use crate::worker::Worker;

/// Hand tests to workers that are free, on this machine or others
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(override_usage = "subunit-sched [OPTIONS] -- COMMAND [ARG]...")]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("failure")))]
struct Args {
    /// Command that runs tests
    #[arg(value_name = "COMMAND", last = true, required = true, hide = true)]
    command: Vec<OsString>,

    /// Run N commands at once [default: one per CPU]
    #[arg(short, long, value_name = "N", value_parser = cli::positive_count, allow_negative_numbers = true)]
    jobs: Option<usize>,

    /// Run COMMAND behind [NAME=]PREFIX: web='ssh web'
    #[arg(long = "worker", value_name = "WORKER", conflicts_with = "jobs")]
    workers: Vec<String>,

    /// COMMAND is a server that runs tests when asked to
    #[arg(long)]
    rpc: bool,

    /// Take durations from this run; may be repeated
    #[arg(long, value_name = "RUN")]
    times: Vec<OsString>,

    /// Run the tests that FILE lists first
    #[arg(long, value_name = "FILE")]
    first: Option<PathBuf>,

    /// Keep tests together whose match is the same
    #[arg(long, value_name = "REGEX", value_parser = cli::pattern)]
    group: Option<Regex>,

    /// What a start of COMMAND costs at first [default: 0.5s]
    #[arg(long, value_name = "TIME", value_parser = cli::duration, conflicts_with = "rpc")]
    overhead: Option<Duration>,

    /// Tag with PREFIX and worker name [default: worker-]
    #[arg(long, value_name = "PREFIX", num_args = 0..=1, require_equals = true, default_missing_value = WORKER_PREFIX)]
    tag: Option<String>,

    /// End a worker that sends no packet for TIME
    #[arg(long, value_name = "TIME", value_parser = cli::duration)]
    timeout: Option<Duration>,

    /// Start a worker that died N times again [default: 3]
    #[arg(long, value_name = "N", value_parser = cli::count, allow_negative_numbers = true)]
    max_deaths: Option<usize>,

    /// List all tests before they run
    #[arg(long)]
    announce: bool,

    /// Run the tests that FILE lists [default: stdin]
    #[arg(long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    load_list: OsString,

    /// In id lists, do not treat # as a comment
    #[arg(long)]
    whole_lines: bool,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] = [
    "subunit-sched -j 4 -- run-tests --load-list {list} < ids > run",
    "subunit-sched --worker 'ssh web' --worker 'ssh db' -- run-tests < ids",
];
/// The assumed cost of starting a command, until it is measured.
const OVERHEAD: Duration = Duration::from_millis(500);
/// If the tests of a worker take less time than this many starts, it gets one batch.
const STARTS_OF_ONE_BATCH: f64 = 75.0;

fn main() -> ExitCode {
    cli::main(|args| run(&args))
}

fn run(args: &Args) -> Result<Verdict, Trouble> {
    let workers = match &*args.workers {
        [] => Worker::copies(
            args.jobs.unwrap_or_else(|| available_parallelism().map_or(1, NonZeroUsize::get)),
            &args.command,
        ),
        prefixes => Worker::with_prefixes(prefixes, &args.command).map_err(Trouble::message)?,
    };
    // A pipe each for input, output and errors, one that tells of the end, and a start under way.
    cli::allow_descriptors(64 + 16 * workers.len() as u64);
    let output = SharedOutput::new(Output::for_packets()?);
    let ids = cli::read_test_list(&args.load_list, args.whole_lines)?;
    events::check(&ids, !args.rpc)?;
    let plan = plan(args, ids, workers.len())?;
    if cli::is_interrupted() {
        return Ok(Verdict::Success);
    }
    Children::run(|children| work(args, plan, workers, output, Arc::clone(children)))
}

/// The order of the tests.
fn plan(args: &Args, ids: Vec<String>, workers: usize) -> Result<Plan, Trouble> {
    let first = args.first.as_deref().map(IdList::ordered).transpose()?.unwrap_or_default();
    let first: Vec<String> = first.into_iter().map(|id| String::from_utf8_lossy(&id).into_owned()).collect();
    let durations = RunDurations::read(&args.times)?;
    let estimates = durations.estimates(ids.iter().map(String::as_str));
    let mut plan = Plan::new(ids, estimates.as_deref(), &first, args.group.as_ref());
    #[expect(clippy::cast_precision_loss, reason = "there are few workers")]
    let share = plan.total() / workers as f64;
    let is_short = estimates.is_some() && share < STARTS_OF_ONE_BATCH * args.overhead.unwrap_or(OVERHEAD).as_secs_f64();
    if is_short && args.workers.is_empty() && !args.rpc {
        plan.share_out(workers, args.group.as_ref());
    }
    Ok(plan)
}

fn work(
    args: &Args,
    plan: Plan,
    workers: Vec<Worker>,
    mut output: SharedOutput,
    children: Arc<Children>,
) -> Result<Verdict, Trouble> {
    if args.announce {
        for id in &plan.ids {
            output.push(|out| events::announce(id, out)).map_err(SourceFailure::into_trouble)?;
        }
        output.flush().map_err(SourceFailure::into_trouble)?;
    }
    let overhead = Overhead::new(args.overhead.unwrap_or(OVERHEAD));
    let names: Vec<String> = workers.iter().map(|worker| worker.name.clone()).collect();
    let context = Arc::new(Context {
        pool: Pool::new(Queue::new(plan, names.len()), overhead, names),
        children,
        labels: Labels { text: true, ..Labels::default() },
        tag_prefix: args.tag.clone(),
        timeout: args.timeout,
        most_deaths: args.max_deaths.unwrap_or(3),
    });
    let (news, ends) = mpsc::channel();
    let work = if args.rpc { rpc::work } else { runner::work };
    for (number, worker) in workers.into_iter().enumerate() {
        let supervisor = Supervisor::new(Arc::clone(&context), number, worker, output.clone());
        let news = news.clone();
        spawn(move || {
            // The receiver is gone if all workers end.
            let _ = news.send(work(supervisor));
        })?;
    }
    drop(news);
    let (mut has_served, mut trouble) = (false, None);
    for end in ends {
        match end {
            Ok(served) => has_served |= served,
            Err(SourceFailure::Source(unread)) => trouble = Some(unread.reported(TOOL)),
            Err(SourceFailure::All(trouble)) => {
                context.pool.stop();
                return Err(trouble);
            }
        }
    }
    let had_tests = !context.pool.is_finished() || has_served;
    context.pool.abandon(&mut output).map_err(SourceFailure::into_trouble)?;
    if let Some(trouble) = trouble {
        return Err(trouble);
    }
    if had_tests && !has_served && !cli::is_interrupted() {
        return Err(Trouble::message("no worker could run a test"));
    }
    Ok(Verdict::failure_if(context.pool.has_failed()))
}
